/* Dot products of float32 values with the weights of four output channels: the inner loop of CONV_2D and
 * FULLY_CONNECTED; and with FMA that of DEPTHWISE_CONV_2D. 32 products take 39 instructions with it, and 8 of a depthwise
 * window 14. */
#ifndef EF_DOT_F32_H
#define EF_DOT_F32_H

#include <stdint.h>

#include "ef_fma.h"

#if EF_HAVE_FMA
/* As ef_dot4_f32(), for whole fours: `end` - x is a multiple of 4 above 0. */
void ef_dot4_fours_f32(const float *x, const float *const w[4], const float *end, float sum[4]);

/* Known to the assembly. `columns` and the number of rows are above 0. */
struct ef_taps_f32 {
    const float *const *rows;     /*  0: the rows of the input */
    const float *const *rows_end; /*  4 */
    const float *w;               /*  8 */
    uint32_t at;                  /* 12: bytes from a row's begin to the first column */
    uint32_t columns;             /* 16 */
    uint32_t in_step, w_step;     /* 20, 24: bytes from one column to the next */
    uint32_t w_row;               /* 28: bytes from one row of weights to the next */
    float *sum;                   /* 32 */
};

/* sum[j] += the products under one window of channel j, j < 8. */
void ef_eight_taps_f32(const struct ef_taps_f32 *taps);
#endif

/* sum[j] += sum over k < n of x[k] * w[j][k], j < 4, in the order of k. */
static inline void ef_dot4_f32(const float *restrict x, const float *const w[4], uint32_t n, float sum[4]) {
    uint32_t k = 0;
#if EF_HAVE_FMA
    k = n < 8u ? 0u : n & ~3u; /* below the call costs more than it saves */
    if (k > 0) ef_dot4_fours_f32(x, w, x + k, sum);
    if (k == n) return;
#endif
    const float *restrict w0 = w[0], *restrict w1 = w[1], *restrict w2 = w[2], *restrict w3 = w[3];
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (; k < n; k++) {
        const float v = x[k];
        s0 += v * w0[k];
        s1 += v * w1[k];
        s2 += v * w2[k];
        s3 += v * w3[k];
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

#endif /* EF_DOT_F32_H */
