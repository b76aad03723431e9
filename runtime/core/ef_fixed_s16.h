/* Sigmoid and hyperbolic tangent of int16 in fixed point, bit for bit as the reference's integer LSTM computes them: the
 * 16-bit counterpart of ef_fixed_exp.h. Arguments have `integer_bits` bits before the point, results none. */
#ifndef EF_FIXED_S16_H
#define EF_FIXED_S16_H

#include "ef_requantize.h"

static inline int32_t ef_fixed_mul_s16(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

static inline int32_t ef_saturated_s16(int32_t x) { return ef_clamp(x, INT16_MIN, INT16_MAX); }

/* exp(x), -32768 <= x <= 0, 1 <= integer_bits <= 7: a polynomial around -1/8 on [-1/4, 0), then one factor for each bit
 * of x above. */
static inline int32_t ef_fixed_exp_s16(int32_t x, int32_t integer_bits) {
    static const int16_t factors[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
    const int32_t fraction_bits = 15 - integer_bits, quarter = 1 << (fraction_bits - 2);
    if (x == 0) return INT16_MAX;
    if (integer_bits > 5 && x < -(32 << fraction_bits)) return 0;
    const int32_t fraction = (x & (quarter - 1)) - quarter;
    const int32_t centred = fraction * (1 << integer_bits) + (1 << 12);
    const int32_t square = ef_fixed_mul_s16(centred, centred);
    const int32_t cube = ef_fixed_mul_s16(square, centred);
    const int32_t fourth = ef_rounding_divide_by_pot(ef_fixed_mul_s16(square, square), 2);
    const int32_t high = ef_rounding_divide_by_pot(ef_fixed_mul_s16(fourth + cube, 10923) + square, 1);
    int32_t result = ef_saturated_s16(28918 + ef_fixed_mul_s16(28918, centred + high));
    const uint32_t left = (uint32_t)(fraction - x) >> (fraction_bits - 2);
    for (int32_t i = 0; i < integer_bits + 2 && i < 7; i++) {
        if (left >> i & 1u) result = ef_fixed_mul_s16(result, factors[i]);
    }
    return result;
}

/* 2 / (1 + x) in Q2.13, x in [0, 1): three Newton steps. */
static inline int32_t ef_fixed_reciprocal_s16(int32_t x) {
    const int32_t half = (x + INT16_MAX + 1) / 2;
    int32_t guess = 23130 + ef_fixed_mul_s16(half, -15420);
    for (int i = 0; i < 3; i++) {
        const int32_t error = (1 << 13) - ef_fixed_mul_s16(half, guess);
        guess += ef_saturated_s16(ef_fixed_mul_s16(guess, error) * 4);
    }
    return guess;
}

/* 1 / (1 + e^-x), x with 3 integer bits. */
static inline int32_t ef_fixed_sigmoid_s16(int32_t x) {
    if (x == 0) return 1 << 14;
    const int32_t result = ef_saturated_s16(ef_fixed_reciprocal_s16(ef_fixed_exp_s16(x < 0 ? x : -x, 3)) * 2);
    return x < 0 ? INT16_MAX - result : result;
}

/* tanh(x), 0 <= integer_bits <= 6. */
static inline int32_t ef_fixed_tanh_s16(int32_t x, int32_t integer_bits) {
    if (x == 0) return 0;
    const int32_t e = ef_fixed_exp_s16(x < 0 ? x : -x, integer_bits + 1);
    const int32_t result = ef_saturated_s16((ef_fixed_reciprocal_s16(e) - (1 << 13)) * 4);
    return x < 0 ? -result : result;
}

#endif /* EF_FIXED_S16_H */
