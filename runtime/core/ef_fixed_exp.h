/* Exponentials and reciprocals in fixed point, bit for bit the reference's, for SOFTMAX and LOG_SOFTMAX of int8. */
#ifndef EF_FIXED_EXP_H
#define EF_FIXED_EXP_H

#include "ef_requantize.h"

/* exp(x), x <= 0 in Q5.26, as Q0.31: a polynomial around -1/8 on (-1/4, 0], then one factor for each bit of x above. */
static inline int32_t ef_fixed_exp(int32_t x) {
    static const int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    if (x == 0) return INT32_MAX;
    const int32_t quarter = 1 << 24, fraction = (x & (quarter - 1)) - quarter;
    const int32_t centred = fraction * 32 + (1 << 28);
    const int32_t square = ef_doubling_high_mul(centred, centred);
    const int32_t cube = ef_doubling_high_mul(square, centred);
    const int32_t fourth = ef_rounding_divide_by_pot(ef_doubling_high_mul(square, square), 2);
    const int32_t high = ef_rounding_divide_by_pot(ef_doubling_high_mul(fourth + cube, 715827883) + square, 1);
    int32_t result = 1895147668 + ef_doubling_high_mul(centred + high, 1895147668);
    const uint32_t left = (uint32_t)fraction - (uint32_t)x;
    for (uint32_t i = 0; i < 7u; i++) {
        if (left >> (24u + i) & 1u) result = ef_doubling_high_mul(result, factors[i]);
    }
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
