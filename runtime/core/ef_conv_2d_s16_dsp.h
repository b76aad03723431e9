/* CONV_2D, int16 by int8 weights, for cores with the DSP extension: four windows at a time. */
#ifndef EF_CONV_2D_S16_DSP_H
#define EF_CONV_2D_S16_DSP_H

#include "ef_channels_s16.h"
#include "ef_window.h"

#define EF_CONV_2D_S16_WINDOW 2048u /* values under a window that have scratch */

/* Bytes for four windows, and for one more as it lies in the input where channels do not come by fours. */
static inline uint32_t ef_conv_2d_s16_scratch(uint32_t in_c, uint32_t filter) {
    return (filter + 3u) / 4u * (in_c % 4u == 0 ? 32u : 40u);
}

#if EF_HAVE_DSP
/* Makes the first pixels of a row, in one group and with call->scratch, and says how many: one that is left over may
 * be the caller's. */
int32_t ef_conv_2d_s16_dsp(const struct ef_window *window, const struct ef_channels_s16 *channels,
                           const struct ef_call *call, const struct ef_rows *rows, int16_t *out);
#endif

#endif /* EF_CONV_2D_S16_DSP_H */
