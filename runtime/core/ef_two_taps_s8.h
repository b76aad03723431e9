/* Two neighbouring 3x3 windows of a depthwise convolution at stride 1, weights as the model has them, four channels at
 * a time, for cores with the DSP extension. ef_depthwise_conv_2d_s8.c uses it where the sizes fit and there is scratch.
 */
#ifndef EF_TWO_TAPS_S8_H
#define EF_TWO_TAPS_S8_H

#include <stdint.h>

#include "ef_dsp.h"

#if EF_HAVE_DSP

/* Pointers are to channel 0; the assembly knows the offsets. */
struct ef_two_taps_s8 {
    const int8_t *x[3][4];      /*   0: pixels under both windows; padding: a pixel of zero points */
    const int8_t *w[3][3];      /*  48 */
    const int32_t *bias;        /*  84 */
    const int32_t *multipliers; /*  88: in [2^30, 2^31), one a channel */
    const int8_t *shifts;       /*  92: in -31..-2, one a channel */
    int8_t *out;                /*  96 */
    uint32_t pixel_step;        /* 100: from the first output to the second; 0: only the first counts */
    uint32_t channels;          /* 104: a multiple of 4 above 0 */
    uint32_t offset;            /* 108: ef_dsp_pair(-input zero point) */
    int32_t zero_point;         /* 112: of the output */
};

void ef_two_taps_s8(const struct ef_two_taps_s8 *job);

#endif
#endif /* EF_TWO_TAPS_S8_H */
