/* CONV_2D, int8, for Helium, in models built ahead of time. Inputs: x [N, H, W, C]; weights as ef_dots_mve.h has them
 * for the function; int32 biases with the input's zero point folded in; int32 multipliers; int8 shifts. One of each a
 * channel. Output [N, H', W', O], aligned to 4, O a multiple of 4; x and output do not overlap.
 * What needs more: dilation 1 across; ef_conv_2d_pixels_* take 1x1 kernels with stride 1 and no padding on 4 pixels or
 * more; ef_conv_2d_windows_* 3x3 kernels on rows of 4 outputs or more; ef_conv_2d_gathered_* anything, gathering the
 * bytes under a window as [Kh][Kw * C] first, and rows bands of 4 outputs or more.
 *
 * Scratch, in this order, each rounded up to 16 bytes: sums, tiles * chunk * 16; addresses, (tiles + 1) * addresses * 4;
 * places, tiles * 4; band; columns (gathered: rows * W' * depth + 16). A band has (rows - 1) * stride_h +
 * (Kh - 1) * dilation_h + 1 rows of ((W' - 1) * stride_w + Kw) * C bytes, and 16 bytes more; none for
 * 1x1 gathered from a multiple of 16 channels. */
#ifndef EF_CONV_2D_S8_MVE_H
#define EF_CONV_2D_S8_MVE_H

#include "ef_dots_mve.h"
#include "ef_window.h"

struct ef_conv_2d_s8_mve {
    struct ef_window window;
    uint16_t rows;      /* output rows of a band */
    uint16_t tiles;     /* most at a time */
    uint16_t chunk;     /* channels at a time, a multiple of 4 */
    uint16_t depth;     /* bytes of a pixel as the dot products take it */
    uint16_t addresses; /* a tile */
    int16_t in_zero_point;
    struct ef_mve_output output;
    uint32_t filter; /* bytes of weights a channel */
};

void ef_conv_2d_pixels_8_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_16_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_24_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_32_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_40_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_48_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_64_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_by_16_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_by_64_s8_mve(const struct ef_call *call);
void ef_conv_2d_pixels_by_128_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_8_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_16_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_24_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_32_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_40_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_48_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_64_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_by_16_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_by_64_s8_mve(const struct ef_call *call);
void ef_conv_2d_gathered_by_128_s8_mve(const struct ef_call *call);
void ef_conv_2d_windows_16_s8_mve(const struct ef_call *call);
void ef_conv_2d_windows_32_s8_mve(const struct ef_call *call);
void ef_conv_2d_windows_64_s8_mve(const struct ef_call *call);
void ef_conv_2d_windows_16_s2_s8_mve(const struct ef_call *call);
void ef_conv_2d_windows_32_s2_s8_mve(const struct ef_call *call);

#endif /* EF_CONV_2D_S8_MVE_H */
