/* The last steps of tuned int8 kernels in plain C: from a sum to an int8. Their constants are made and proved for the
 * very weights ahead of time (edgeflow/generate/ahead/tuned/requantize.py). */
#ifndef EF_LINE_H
#define EF_LINE_H

#include <stdint.h>

#include "ef_dsp.h"

static inline int8_t ef_saturated_s8(int32_t x) { return (int8_t)(x < -128 ? -128 : x > 127 ? 127 : x); }

/* One multiplication: `added` holds the zero point and a half, both shifted left by `shift`. */
static inline int8_t ef_line_s8(int32_t value, int32_t multiplier, int32_t added, uint32_t shift) {
    return ef_saturated_s8(((int32_t)((int64_t)value * multiplier >> 32) + added) >> shift);
}

/* The same with shift 12. */
static inline int8_t ef_line12_s8(int32_t value, int32_t multiplier, int32_t added) {
#if EF_HAVE_DSP
    int32_t x;
    __asm__("smmla %0, %1, %2, %3\n\tssat %0, #8, %0, asr #12"
            : "=r"(x)
            : "r"(value), "r"(multiplier), "r"(added)
            : "cc");
    return (int8_t)x;
#else
    return ef_line_s8(value, multiplier, added, 12u);
#endif
}

/* ef_requantize() by 2*multiplier - 2^32 and 2^(32 + shift), shift in -31..-2. */
static inline int8_t ef_twice_s8(int32_t sum, int32_t multiplier, int32_t power, int32_t zero_point) {
#if EF_HAVE_DSP
    const int32_t once = ef_dsp_high_mac_rounded(sum, multiplier, sum);
    int32_t x = ef_dsp_high_mac_rounded(once + (once >> 31), power, zero_point);
    __asm__("ssat %0, #8, %0" : "+r"(x) : : "cc");
    return (int8_t)x;
#else
    int32_t x = (int32_t)(((int64_t)sum * (int32_t)((uint32_t)multiplier >> 1) + (INT64_C(1) << 30)) >> 31);
    x += x >> 31;
    return ef_saturated_s8((int32_t)(((int64_t)x * power + (INT64_C(1) << 31)) >> 32) + zero_point);
#endif
}

#endif /* EF_LINE_H */
