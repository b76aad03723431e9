/* Real multipliers as integers, exactly as TFLite computes and applies them. `multiplier` is a Q31 in [2^30, 2^31) or
 * 0, `shift` is the power of two: real = multiplier * 2^(shift - 31). */
#ifndef EF_REQUANTIZE_H
#define EF_REQUANTIZE_H

#include <stdint.h>

/* TFLite's QuantizeMultiplier() of a*b/c, computed like `(double)a * (double)b / (double)c`, in integer arithmetic
 * only. All three are finite and > 0. */
void ef_multiplier_of_scales(float a, float b, float c, int32_t *multiplier, int32_t *shift);

/* TFLite's QuantizeMultiplier() of any finite double >= 0. */
void ef_multiplier_of_double(double real, int32_t *multiplier, int32_t *shift);

/* SaturatingRoundingDoublingHighMul: (a*b*2) >> 32, rounded half away from zero, saturated. */
static inline int32_t ef_doubling_high_mul(int32_t a, int32_t b) {
    if (a == b && a == INT32_MIN) return INT32_MAX;
    const int64_t ab = (int64_t)a * b;
    const int64_t nudged = ab + (ab >= 0 ? (INT64_C(1) << 30) : 1 - (INT64_C(1) << 30));
    return (int32_t)(nudged / (INT64_C(1) << 31));
}

/* RoundingDivideByPOT: x / 2^exponent, rounded half away from zero; 0 <= exponent <= 31. */
static inline int32_t ef_rounding_divide_by_pot(int32_t x, int32_t exponent) {
    const int32_t mask = (int32_t)((UINT32_C(1) << exponent) - 1u);
    const int32_t remainder = x & mask;
    const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/* MultiplyByQuantizedMultiplier as the reference kernels apply it: rounds twice. A left shift wraps as theirs does. */
static inline int32_t ef_requantize(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)x << left);
    return ef_rounding_divide_by_pot(ef_doubling_high_mul(shifted, multiplier), right);
}

/* The same rounded once, as LiteRT's FULLY_CONNECTED does: (x*multiplier + 2^(30-shift)) >> (31-shift), shift <= 30. */
static inline int32_t ef_requantize_once(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t total = 31 - shift;
    const int64_t rounded = (int64_t)x * multiplier + (INT64_C(1) << (total - 1));
    return (int32_t)(rounded >> total);
}

/* Clamp of a fused activation in quantized terms, as TFLite's CalculateActivationRangeQuantized(); `activation` is NONE,
 * RELU, RELU_N1_TO_1 or RELU6, others leave the whole range. */
void ef_activation_range(int32_t activation, float scale, int32_t zero_point, int32_t type_min, int32_t type_max,
                         int32_t *min, int32_t *max);

/* The same for float32. */
void ef_activation_range_f32(int32_t activation, float *min, float *max);

#endif /* EF_REQUANTIZE_H */
