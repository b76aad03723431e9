/* Dot products of int8 activations with int8 weights, four output channels at a time: the inner loop of CONV_2D and
 * FULLY_CONNECTED. Needs no scratch and takes the weights as the model stores them. With the Arm DSP extension pairs of
 * products go through SMLAD. Sums wrap (unsigned), so that no input can make them undefined. */
#ifndef EF_DOT_S8_H
#define EF_DOT_S8_H

#include <stdint.h>
#include <string.h>

#include "ef_dsp.h"

/* sum[j] += sum over k < n of (x[k] - zero_point) * w[j][k], j < 4. zero_point is in -128..127. */
static inline void ef_dot4_s8(const int8_t *restrict x, const int8_t *const w[4], uint32_t n, int32_t zero_point,
                              uint32_t sum[4]) {
    const int8_t *restrict w0 = w[0], *restrict w1 = w[1], *restrict w2 = w[2], *restrict w3 = w[3];
    uint32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3], k = 0;
#if EF_HAVE_DSP
    const uint32_t offset = ef_dsp_pair(zero_point);
    for (; k + 4u <= n; k += 4u) {
        const uint32_t four = ef_dsp_load(x + k);
        const uint32_t even = ef_dsp_subtract(ef_dsp_even(four), offset);
        const uint32_t odd = ef_dsp_subtract(ef_dsp_odd(four), offset);
        uint32_t v = ef_dsp_load(w0 + k);
        s0 = ef_dsp_mac2(even, ef_dsp_even(v), s0);
        s0 = ef_dsp_mac2(odd, ef_dsp_odd(v), s0);
        v = ef_dsp_load(w1 + k);
        s1 = ef_dsp_mac2(even, ef_dsp_even(v), s1);
        s1 = ef_dsp_mac2(odd, ef_dsp_odd(v), s1);
        v = ef_dsp_load(w2 + k);
        s2 = ef_dsp_mac2(even, ef_dsp_even(v), s2);
        s2 = ef_dsp_mac2(odd, ef_dsp_odd(v), s2);
        v = ef_dsp_load(w3 + k);
        s3 = ef_dsp_mac2(even, ef_dsp_even(v), s3);
        s3 = ef_dsp_mac2(odd, ef_dsp_odd(v), s3);
    }
#else
#define EF_DOT4_STEP(i)                          \
    do {                                         \
        const int32_t v = x[k + (i)] - zero_point; \
        s0 += (uint32_t)(v * w0[k + (i)]);       \
        s1 += (uint32_t)(v * w1[k + (i)]);       \
        s2 += (uint32_t)(v * w2[k + (i)]);       \
        s3 += (uint32_t)(v * w3[k + (i)]);       \
    } while (0)
    for (; k + 4u <= n; k += 4u) {
        EF_DOT4_STEP(0);
        EF_DOT4_STEP(1);
        EF_DOT4_STEP(2);
        EF_DOT4_STEP(3);
    }
#undef EF_DOT4_STEP
#endif
    for (; k < n; k++) {
        const int32_t v = x[k] - zero_point;
        s0 += (uint32_t)(v * w0[k]);
        s1 += (uint32_t)(v * w1[k]);
        s2 += (uint32_t)(v * w2[k]);
        s3 += (uint32_t)(v * w3[k]);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

#endif /* EF_DOT_S8_H */
