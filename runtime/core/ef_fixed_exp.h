/* Exponentials and reciprocals in fixed point, bit for bit the reference's, for SOFTMAX and LOG_SOFTMAX of int8. */
#ifndef EF_FIXED_EXP_H
#define EF_FIXED_EXP_H

#include "ef_requantize.h"

/* x * y / 2^31, halves up, for |y| < 2^30: ef_doubling_high_mul() in two instructions where the core has them. */
static inline int32_t ef_fixed_mul_small(int32_t x, int32_t y) {
#if EF_HAVE_DSP
    return ef_dsp_high_mul_rounded(x, y * 2);
#else
    return ef_doubling_high_mul(x, y);
#endif
}

/* The same for y >= 2^30. */
static inline int32_t ef_fixed_mul_large(int32_t x, int32_t y) {
#if EF_HAVE_DSP
    return ef_dsp_high_mac_rounded(x, (int32_t)((uint32_t)y << 1), x);
#else
    return ef_doubling_high_mul(x, y);
#endif
}

/* exp(x), x <= 0 in Q5.26, as Q0.31: a polynomial around -1/8 on (-1/4, 0], then one factor for each bit of x above. */
static inline int32_t ef_fixed_exp(int32_t x) {
    if (x == 0) return INT32_MAX;
    const int32_t quarter = 1 << 24, fraction = (x & (quarter - 1)) - quarter;
    const int32_t centred = fraction * 32 + (1 << 28);
    const int32_t square = ef_fixed_mul_small(centred, centred);
    const int32_t cube = ef_fixed_mul_small(square, centred);
    const int32_t fourth = ef_rounding_divide_by_pot(ef_fixed_mul_small(square, square), 2);
    const int32_t high = ef_rounding_divide_by_pot(ef_fixed_mul_small(fourth + cube, 715827883) + square, 1);
    int32_t result = 1895147668 + ef_fixed_mul_large(centred + high, 1895147668);
    const uint32_t left = ((uint32_t)fraction - (uint32_t)x) >> 24;
    if (left & 1u) result = ef_fixed_mul_large(result, 1672461947);
    if (left & 2u) result = ef_fixed_mul_large(result, 1302514674);
    if (left & 4u) result = ef_fixed_mul_small(result, 790015084);
    if (left & 8u) result = ef_fixed_mul_small(result, 290630308);
    if (left & 16u) result = ef_fixed_mul_small(result, 39332535);
    if (left & 32u) result = ef_fixed_mul_small(result, 720401);
    if (left & 64u) result = ef_fixed_mul_small(result, 242);
    return result;
}

static inline int32_t ef_fixed_times_four(int32_t x) {
    return x > INT32_MAX / 4 ? INT32_MAX : x < INT32_MIN / 4 ? INT32_MIN : x * 4;
}

/* 1 / (1 + x), x in Q0.31 in [0, 1), as Q0.31: three Newton steps. */
static inline int32_t ef_fixed_reciprocal(int32_t x) {
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2); /* (1 + x) / 2 */
    int32_t guess = 1515870810 + ef_doubling_high_mul(half, -1010580540); /* Q2.29: 48/17 - 32/17 * half */
    for (int i = 0; i < 3; i++) {
        const int32_t error = (1 << 29) - ef_doubling_high_mul(half, guess);
        guess += ef_fixed_times_four(ef_doubling_high_mul(guess, error));
    }
    return guess > INT32_MAX / 2 ? INT32_MAX : guess * 2;
}

#endif /* EF_FIXED_EXP_H */
