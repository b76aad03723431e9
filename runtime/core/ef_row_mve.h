/* Helium in the interpreter's int8 kernels: weights as the model has them, no scratch. Each function says by its result
 * whether it has made the outputs; 0 leaves them to the kernel's other code. */
#ifndef EF_ROW_MVE_H
#define EF_ROW_MVE_H

#include "ef_channels_s8.h"
#include "ef_mve.h"
#include "ef_window.h"

#if EF_HAVE_MVE

/* A row of CONV_2D, without groups. */
int ef_conv_2d_row_mve(const struct ef_window *window, const struct ef_channels_s8 *channels, const struct ef_call *call,
                       const struct ef_rows *rows, int8_t *out);

/* A row of DEPTHWISE_CONV_2D, a channel for a channel. */
int ef_depthwise_conv_2d_row_mve(const struct ef_window *window, const struct ef_channels_s8 *channels,
                                 const struct ef_call *call, const struct ef_rows *rows, int8_t *out);

#endif
#endif /* EF_ROW_MVE_H */
