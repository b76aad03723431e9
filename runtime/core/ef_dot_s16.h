/* Dot products of int16 activations with int8 weights for cores with the DSP extension: 16 products take 24 instructions
 * against four channels' weights as the model stores them, 13 with four windows that are laid out for it. Sums of at most
 * EF_S16_BLOCK products are exact in 32 bits. */
#ifndef EF_DOT_S16_H
#define EF_DOT_S16_H

#include <stdint.h>

#include "ef_dsp.h"

#define EF_S16_BLOCK 508u /* products of 22 bits that an int32 holds, a multiple of 4 */

#if EF_HAVE_DSP

/* sum[j] += sum over x[k] * w[j][k], j < 4, up to `end`: a multiple of 4 above 0 and at most EF_S16_BLOCK values. */
void ef_dot4_words_s16(const int16_t *x, const int8_t *const w[4], const int16_t *end, int32_t sum[4]);

/* Known to the assembly. Values of four windows, by fours: (p0 k0 k2)(p1 k0 k2)(p2..)(p3..)(p0 k1 k3)(p1 k1 k3)... */
struct ef_windows_s16 {
    const uint32_t *values;     /*  0 */
    const uint32_t *values_end; /*  4: above `values`, at most EF_S16_BLOCK values a window */
    const int8_t *w;            /*  8: filters are read in words: 3 bytes may have to follow the last one */
    uint32_t back;              /* 12: what is read of a filter less the bytes from one filter to the next; wraps */
    int32_t *sums;              /* 16: four for each filter */
    int32_t *sums_end;          /* 20 */
};

/* The sums of four windows with as many filters as there is room for sums. */
void ef_four_windows_s16(const struct ef_windows_s16 *job);

#endif
#endif /* EF_DOT_S16_H */
