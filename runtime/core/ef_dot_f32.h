/* Dot products of float32 values with the weights of four output channels: the inner loop of CONV_2D and
 * FULLY_CONNECTED. */
#ifndef EF_DOT_F32_H
#define EF_DOT_F32_H

#include <stdint.h>

/* sum[j] += sum over k < n of x[k] * w[j][k], j < 4, in the order of k. */
static inline void ef_dot4_f32(const float *restrict x, const float *const w[4], uint32_t n, float sum[4]) {
    const float *restrict w0 = w[0], *restrict w1 = w[1], *restrict w2 = w[2], *restrict w3 = w[3];
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (uint32_t k = 0; k < n; k++) {
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
