/* The Arm DSP extension (Cortex-M4, M7, M33...) as inline functions on pairs of 16-bit halves. EF_HAVE_DSP says whether
 * the core has it; EF_WITH_DSP=0 leaves it unused. Only for GCC and Clang on Arm in Thumb state. What stands outside
 * the last #if does the same in plain C elsewhere (little-endian). */
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

/* A function that is all assembly: nothing else reads its arguments, so compilers must not reason about them. */
#if defined(__clang__)
#define EF_NAKED __attribute__((naked, noinline))
#else
#define EF_NAKED __attribute__((naked, noipa))
#endif

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
#if EF_HAVE_DSP
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
    return pair;
#else
    const int32_t low = (int8_t)bytes, high = (int8_t)(bytes >> 16);
    return (uint32_t)(uint16_t)low | (uint32_t)high << 16;
#endif
}

/* Bytes 1 and 3. */
static inline uint32_t ef_dsp_odd(uint32_t bytes) {
#if EF_HAVE_DSP
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
#else
    return ef_dsp_even(bytes >> 8);
#endif
}

/* low(a) below low(b). */
static inline uint32_t ef_dsp_lows(uint32_t a, uint32_t b) {
#if EF_HAVE_DSP
    uint32_t pair;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
#else
    return (a & 0xffffu) | b << 16;
#endif
}

/* high(a) below high(b). */
static inline uint32_t ef_dsp_highs(uint32_t a, uint32_t b) {
#if EF_HAVE_DSP
    uint32_t pair;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(b), "r"(a));
    return pair;
#else
    return a >> 16 | (b & 0xffff0000u);
#endif
}

/* sum + low(a)*low(b) + high(a)*high(b). */
static inline int32_t ef_dsp_mac_both(uint32_t a, uint32_t b, int32_t sum) {
#if EF_HAVE_DSP
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
#else
    const int32_t low = (int16_t)a * (int16_t)b, high = (int16_t)(a >> 16) * (int16_t)(b >> 16);
    return (int32_t)((uint32_t)sum + (uint32_t)low + (uint32_t)high);
#endif
}

#if EF_HAVE_DSP

/* pair + ef_dsp_even(bytes), half by half, wrapping. */
static inline uint32_t ef_dsp_even_plus(uint32_t pair, uint32_t bytes) {
    uint32_t sum;
    __asm__("sxtab16 %0, %1, %2" : "=r"(sum) : "r"(pair), "r"(bytes));
    return sum;
}

/* pair + ef_dsp_odd(bytes). */
static inline uint32_t ef_dsp_odd_plus(uint32_t pair, uint32_t bytes) {
    uint32_t sum;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(sum) : "r"(pair), "r"(bytes));
    return sum;
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

/* sum + high(a)*low(b). */
static inline uint32_t ef_dsp_mac_high_low(uint32_t a, uint32_t b, uint32_t sum) {
    __asm__("smlatb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* sum + low(a)*high(b). */
static inline uint32_t ef_dsp_mac_low_high(uint32_t a, uint32_t b, uint32_t sum) {
    __asm__("smlabt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* a*b / 2^32, halves up. */
static inline int32_t ef_dsp_high_mul_rounded(int32_t a, int32_t b) {
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

/* sum + a*b / 2^32, halves up. */
static inline int32_t ef_dsp_high_mac_rounded(int32_t a, int32_t b, int32_t sum) {
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}

#endif
#endif /* EF_DSP_H */
