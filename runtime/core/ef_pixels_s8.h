/* Two or four windows against all output channels of an int8 convolution, weights as the model has them, for cores with
 * the DSP extension. ef_conv_2d_s8.c uses it where the sizes fit and there is scratch. */
#ifndef EF_PIXELS_S8_H
#define EF_PIXELS_S8_H

#include <stdint.h>

#include "ef_dsp.h"

#if EF_HAVE_DSP

/* Advanced by the assembly, which knows the offsets. Values are less the zero point, by fours; of n windows
 * (p0 k0 k2)(p1 k0 k2)...(p0 k1 k3)(p1 k1 k3)... */
struct ef_pixels_s8 {
    const uint32_t *values;     /*  0 */
    const uint32_t *values_end; /*  4: above `values` */
    const int8_t *w;            /*  8: filters are read in words: 3 bytes may have to follow the last one */
    uint32_t filter;            /* 12: bytes from one filter to the next */
    const int32_t *bias;        /* 16 */
    const int32_t *multipliers; /* 20: in [2^30, 2^31), one a channel */
    const int8_t *shifts;       /* 24: in -31..-2, one a channel */
    int8_t *out;                /* 28: of pixel 0 */
    int8_t *out_end;            /* 32: above it, by a multiple of 2 bytes for two windows */
    uint32_t step[3];           /* 36: from the output of pixel 0 to those of the others; 0: that one does not count */
    int32_t zero_point;         /* 48: of the output */
};

void ef_two_pixels_s8(struct ef_pixels_s8 *job);
void ef_four_pixels_s8(struct ef_pixels_s8 *job);

#endif
#endif /* EF_PIXELS_S8_H */
