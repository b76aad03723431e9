/* One window against all output channels of an int8 convolution, for cores with the DSP extension: sums, multipliers
 * and clamp without a way through memory. ef_conv_2d_s8.c and ef_depthwise_conv_2d_s8.c use it where the sizes fit. */
#ifndef EF_FILTERS_S8_H
#define EF_FILTERS_S8_H

#include <stdint.h>

#include "ef_channels_s8.h"
#include "ef_dsp.h"

#if EF_HAVE_DSP

/* Read and advanced by the functions; the offsets are known to their assembly. Where the two differ it says so. */
struct ef_filters_s8 {
    const int8_t *const *rows;     /*  0: first byte of each run of input (taps: of the first pixel in each row) */
    const int8_t *const *rows_end; /*  4: at least one */
    uint32_t run;                  /*  8: bytes of a run, a multiple of 4 above 0 (taps: pixels in a row, 2 or 3) */
    const int8_t *w;               /* 12: first filter at the first run (taps: the first tap) */
    uint32_t filter;               /* 16: bytes from one filter to the next (taps: from one row of taps to the next) */
    const int32_t *bias;           /* 20 */
    const int32_t *multipliers;    /* 24: in [2^30, 2^31), one a channel */
    const int8_t *shifts;          /* 28: in -31..-2, one a channel */
    uint32_t blocks;               /* 32: output channels / 4, above 0 */
    int8_t *out;                   /* 36 */
    uint32_t offset;               /* 40: ef_dsp_pair(-input zero point) */
    int32_t zero_point;            /* 44: of the output */
    uint32_t min, max;             /* 48, 52: the clamp, four times the byte */
    uint32_t step;                 /* 56: bytes of a filter between two runs (taps: bytes of a pixel, and of a tap) */
    uint32_t channel;              /* 60: taps: 0 */
};

/* Fill in what does not depend on the window: 20 to 52, and 60. */
void ef_filters_s8_init(struct ef_filters_s8 *filters, const struct ef_channels_s8 *channels, const int32_t *bias,
                        uint32_t out_c, int8_t *out);

/* CONV_2D. */
void ef_filters_s8(struct ef_filters_s8 *filters);

/* DEPTHWISE_CONV_2D with a channel for a channel. */
void ef_taps_s8(struct ef_filters_s8 *taps);

#endif
#endif /* EF_FILTERS_S8_H */
