/* Two pixels against all output channels of an int8 convolution: what the tuned kernels of CONV_2D spend their time in.
 *
 * Values are int16, two pixels by turns of words: (p0 k0 k1)(p1 k0 k1)(p0 k2 k3)(p1 k2 k3)...
 * Weights are int8 in pairs of channels: for each four channels and each two values k, k' two words
 *
 *     [256*w[0][k] + w[1][k] | 256*w[0][k'] + w[1][k']]    and the same for channels 2 and 3 (halves, k' above).
 *
 * A word as it is sums up X = 256*dot(0) + dot(1); one sign extension of its low bytes later it sums up B = dot(1), and
 * X - B = 256*dot(0). So four weights take one extension and no room of their own. Sums wrap; what is left is exact as
 * long as 256*dot fits in an int32, which the compiler checks. */
#ifndef EF_MAT_MUL_S8_DSP_H
#define EF_MAT_MUL_S8_DSP_H

#include <stdint.h>

/* The offsets are known to the assembly. `parameters`: ten words for each four channels,
 *     line:  X01 B1 X23 B3 | m0 m1 z1 | m2 m3 z3        out = saturated((((v*m) >> 32) + added) >> shift),
 *            v = X - B for channels 0 and 2, 256*B + z for 1 and 3; the zero point and a half are in `added`
 *     twice: B1 B3 | b0 m0 r0 | m1 r1 | b2 m2 r2 | m3 r3 (twelve words): ef_requantize(), m = 2*multiplier - 2^32,
 *            r = 2^(32 + shift), shift in -31..-2; `added` is the zero point */
struct ef_mat_mul_s8_dsp {
    const void *values;        /*  0 */
    const int8_t *w;           /*  4: aligned to 4 */
    const int32_t *parameters; /*  8 */
    int8_t *out;               /* 12: of pixel 0; aligned to 4 or not */
    int32_t pixel_step;        /* 16: bytes from the output of pixel 0 to that of pixel 1; 0: only pixel 0 counts */
    int32_t added;             /* 20 */
    uint32_t pairs;            /* 24: values of a pixel / 2, above 0 */
    uint32_t blocks;           /* 28: output channels / 4, above 0 */
};

void ef_mat_mul_line12_s8_dsp(const struct ef_mat_mul_s8_dsp *job); /* shift 12 */
void ef_mat_mul_line15_s8_dsp(const struct ef_mat_mul_s8_dsp *job); /* shift 15 */
void ef_mat_mul_twice_s8_dsp(const struct ef_mat_mul_s8_dsp *job);

#endif /* EF_MAT_MUL_S8_DSP_H */
