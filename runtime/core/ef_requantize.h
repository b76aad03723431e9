/* Real multipliers as integers, exactly as LiteRT's reference kernels compute and apply them. A Q31 multiplier is in
 * [2^30, 2^31) or 0, `shift` is its power of two in [-31, 30]: real = multiplier * 2^(shift - 31). */
#ifndef EF_REQUANTIZE_H
#define EF_REQUANTIZE_H

#include <stdint.h>

#include "ef_dsp.h"

/* A positive real with the 53 significant bits of a double: (high * 2^32 + low) * 2^exponent, high in [2^20, 2^21),
 * exponent in -1024..1023. */
struct ef_real {
    uint32_t high, low;
    int32_t exponent;
};

/* The same in eight bytes, for records: the exponent in the upper bits of `high`. */
struct ef_packed_real {
    uint32_t high, low;
};

static inline struct ef_packed_real ef_real_pack(struct ef_real real) {
    const struct ef_packed_real packed = {real.high | (uint32_t)real.exponent << 21, real.low};
    return packed;
}

static inline struct ef_real ef_real_unpack(struct ef_packed_real packed) {
    const struct ef_real real = {packed.high & 0x1fffffu, packed.low, (int32_t)packed.high >> 21};
    return real;
}

/* (double)a * (double)b / (double)c as the host's doubles give it, in integer arithmetic only. All three are finite
 * and > 0. */
struct ef_real ef_real_of_scales(float a, float b, float c);

/* The Q31 multiplier of a real: rounded half up; 0 when it is below 2^-32, the greatest when it is 2^30 or more. */
void ef_multiplier_of_real(struct ef_real real, int32_t *multiplier, int32_t *shift);

/* ef_multiplier_of_real(ef_real_of_scales(a, b, c), ...). */
void ef_multiplier_of_scales(float a, float b, float c, int32_t *multiplier, int32_t *shift);

/* a * b / c rounded to float after each step. */
float ef_float_ratio(float a, float b, float c);

/* Sum that wraps: the reference does not check, and some models get there. */
static inline int32_t ef_wrapping_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* x * multiplier / 2^31, halves up; multiplier >= 0. */
static inline int32_t ef_doubling_high_mul(int32_t x, int32_t multiplier) {
    return (int32_t)(((int64_t)x * multiplier + (INT64_C(1) << 30)) >> 31);
}

/* x / 2^exponent, halves away from zero; 0 <= exponent <= 31, x > INT32_MIN. */
static inline int32_t ef_rounding_divide_by_pot(int32_t x, int32_t exponent) {
    if (exponent == 0) return x;
    return (((x + (x >> 31)) >> (exponent - 1)) + 1) >> 1;
}

/* Rounded twice, as CONV_2D, DEPTHWISE_CONV_2D, ADD, MUL and most others do. A left shift wraps as theirs does.
 * `multiplier` is in [2^30, 2^31), or 0 with shift 0. */
static inline int32_t ef_requantize(int32_t x, int32_t multiplier, int32_t shift) {
#if EF_HAVE_DSP
    if (multiplier == 0) return 0;
    if (shift > 0) x = (int32_t)((uint32_t)x << shift);
    const int32_t y = ef_dsp_high_mac_rounded(x, (int32_t)((uint32_t)multiplier << 1), x);
    if (shift <= -2) return ef_dsp_high_mac_rounded(y + (y >> 31), (int32_t)(UINT32_C(1) << (32 + shift)), 0);
    return shift == -1 ? ef_rounding_divide_by_pot(y, 1) : y;
#else
    if (shift > 0) return ef_doubling_high_mul((int32_t)((uint32_t)x << shift), multiplier);
    return ef_rounding_divide_by_pot(ef_doubling_high_mul(x, multiplier), -shift);
#endif
}

/* magnitude * real rounded to a double and then to an integer, halves away from zero, with the sign; INT32_MIN when
 * the result is no int32. All 84 bits are looked at. */
int32_t ef_requantize_exactly(uint32_t magnitude, int negative, struct ef_real real);

/* x * real as FULLY_CONNECTED rounds it. The product with the leading 31 bits decides, unless it lies next to where
 * rounding turns. */
static inline int32_t ef_requantize_packed(int32_t x, struct ef_packed_real packed) {
    const uint32_t size = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
    const uint32_t leading = packed.high << 11 >> 1 | packed.low >> 22;
    const uint32_t right = (uint32_t)(-54 - ((int32_t)packed.high >> 21)); /* real = leading * 2^-(32 + right) */
    if (right - 2u > 28u) return ef_requantize_exactly(size, x < 0, ef_real_unpack(packed));
    const uint32_t one = UINT32_C(1) << right;
    /* at most `size` away from 2^32 times the true one, and half a result more */
    const uint64_t product = (uint64_t)size * leading + ((uint64_t)(one >> 1) << 32), beyond = product + size;
    if (((uint32_t)(beyond >> 32) & (one - 1u)) == 0u && (uint32_t)beyond >> 1 < size)
        return ef_requantize_exactly(size, x < 0, ef_real_unpack(packed));
    const int32_t whole = (int32_t)((uint32_t)(product >> 32) >> right);
    return x < 0 ? -whole : whole;
}

static inline int32_t ef_clamp(int32_t x, int32_t min, int32_t max) { return x < min ? min : x > max ? max : x; }

/* Clamp of a fused activation in quantized terms; `activation` is NONE, RELU, RELU_N1_TO_1 or RELU6, others leave the
 * whole range. */
void ef_activation_range(int32_t activation, float scale, int32_t zero_point, int32_t type_min, int32_t type_max,
                         int32_t *min, int32_t *max);

/* The same for float32. */
void ef_activation_range_f32(int32_t activation, float *min, float *max);

#endif /* EF_REQUANTIZE_H */
