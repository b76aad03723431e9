/* The Arm DSP extension (Cortex-M4, M7, M33...) as inline functions on pairs of 16-bit halves. EF_HAVE_DSP says whether
 * the core has it; EF_WITH_DSP=0 leaves it unused. Only for GCC and Clang on Arm in Thumb state. */
#ifndef EF_DSP_H
#define EF_DSP_H

#include <stdint.h>
#include <string.h>

#include "ef_config.h"

#if EF_WITH_DSP && defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED) && defined(__thumb2__) && \
    defined(__GNUC__)
#define EF_HAVE_DSP 1
#else
#define EF_HAVE_DSP 0
#endif

#if EF_HAVE_DSP

/* Four bytes at any address, as one load. */
static inline uint32_t ef_dsp_load(const void *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* The same 16-bit value twice. */
static inline uint32_t ef_dsp_pair(int32_t value) { return (uint32_t)(uint16_t)value * 0x10001u; }

/* Bytes 0 and 2, sign-extended into halves. */
static inline uint32_t ef_dsp_even(uint32_t bytes) {
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
    return pair;
}

/* Bytes 1 and 3. */
static inline uint32_t ef_dsp_odd(uint32_t bytes) {
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
}

/* Half by half, wrapping. */
static inline uint32_t ef_dsp_subtract(uint32_t a, uint32_t b) {
    uint32_t pair;
    __asm__("ssub16 %0, %1, %2" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
}

/* sum + low(a)*low(b). */
static inline uint32_t ef_dsp_mac_low(uint32_t a, uint32_t b, uint32_t sum) {
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* sum + high(a)*high(b). */
static inline uint32_t ef_dsp_mac_high(uint32_t a, uint32_t b, uint32_t sum) {
    __asm__("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* sum + a*b / 2^32, halves up. */
static inline int32_t ef_dsp_high_mac_rounded(int32_t a, int32_t b, int32_t sum) {
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

#endif
#endif /* EF_DSP_H */
