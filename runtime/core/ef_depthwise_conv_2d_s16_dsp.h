/* DEPTHWISE_CONV_2D, int16 by int8 weights, for cores with the DSP extension: four channels at a time. */
#ifndef EF_DEPTHWISE_CONV_2D_S16_DSP_H
#define EF_DEPTHWISE_CONV_2D_S16_DSP_H

#include "ef_channels_s16.h"
#include "ef_window.h"

#if EF_HAVE_DSP
/* Makes the first channels of a row and says how many: the last ones, which are no four, are the caller's, or all of a
 * window that is too large. One output channel an input channel. */
uint32_t ef_depthwise_conv_2d_s16_dsp(const struct ef_window *window, const struct ef_channels_s16 *channels,
                                      const struct ef_call *call, const struct ef_rows *rows, int16_t *out);
#endif

#endif /* EF_DEPTHWISE_CONV_2D_S16_DSP_H */
