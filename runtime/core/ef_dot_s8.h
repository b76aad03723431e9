/* Dot products of int8 activations with int8 weights, four output channels at a time: the inner loop of CONV_2D and
 * FULLY_CONNECTED. Needs no scratch and takes the weights as the model stores them. With the Arm DSP extension 16
 * products take 23 instructions. Sums wrap (unsigned), so that no input can make them undefined. */
#ifndef EF_DOT_S8_H
#define EF_DOT_S8_H

#include <stdint.h>

#include "ef_dsp.h"
#include "ef_mve.h"

#if EF_HAVE_DSP
/* The same for whole words: end - x is a multiple of 4 above 0; `offset` is ef_dsp_pair(-zero_point). */
void ef_dot4_words_s8(const int8_t *x, const int8_t *const w[4], const int8_t *end, uint32_t offset, uint32_t sum[4]);
#endif

#if EF_HAVE_MVE
/* The same for any n above 0. */
void ef_dot4_mve(const int8_t *x, const int8_t *const w[4], uint32_t n, int32_t zero_point, uint32_t sum[4]);
#endif

/* sum[j] += sum over k < n of (x[k] - zero_point) * w[j][k], j < 4. zero_point is in -128..127. */
static inline void ef_dot4_s8(const int8_t *x, const int8_t *const w[4], uint32_t n, int32_t zero_point,
                              uint32_t sum[4]) {
#if EF_HAVE_MVE
    if (n >= 16u) {
        ef_dot4_mve(x, w, n, zero_point, sum);
        return;
    }
#endif
    uint32_t k = 0;
#if EF_HAVE_DSP
    k = n & ~3u;
    if (k) ef_dot4_words_s8(x, w, x + k, ef_dsp_pair(-zero_point), sum);
    if (k == n) return;
#endif
    const int8_t *restrict v = x, *restrict w0 = w[0], *restrict w1 = w[1], *restrict w2 = w[2], *restrict w3 = w[3];
    uint32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
#if defined(__GNUC__)
#define EF_DOT4_KEEP(sum) __asm__("" : "+r"(sum)) /* one multiply-accumulate each: no sums of products on the side */
#else
#define EF_DOT4_KEEP(sum)
#endif
#define EF_DOT4_STEP(i)                              \
    do {                                             \
        const int32_t value = v[k + (i)] - zero_point; \
        s0 += (uint32_t)(value * w0[k + (i)]);       \
        s1 += (uint32_t)(value * w1[k + (i)]);       \
        s2 += (uint32_t)(value * w2[k + (i)]);       \
        s3 += (uint32_t)(value * w3[k + (i)]);       \
        EF_DOT4_KEEP(s0);                            \
        EF_DOT4_KEEP(s1);                            \
        EF_DOT4_KEEP(s2);                            \
        EF_DOT4_KEEP(s3);                            \
    } while (0)
#if !EF_HAVE_DSP
    for (; k + 4u <= n; k += 4u) {
        EF_DOT4_STEP(0);
        EF_DOT4_STEP(1);
        EF_DOT4_STEP(2);
        EF_DOT4_STEP(3);
    }
#endif
    for (; k < n; k++) EF_DOT4_STEP(0);
#undef EF_DOT4_STEP
#undef EF_DOT4_KEEP
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

#endif /* EF_DOT_S8_H */
