/* DEPTHWISE_CONV_2D, int8, for Helium, in models built ahead of time: 3x3 windows, a channel for a channel, stride 1 or
 * 2 both ways, no dilation. Inputs: x [N, H, W, C]; weights [C][9]; int32 biases with the input's zero point folded in;
 * int32 multipliers; int8 shifts, one of each a channel. Output [N, H', W', C]; x and output aligned to 2, not
 * overlapping. C is even and 4 or more; a band of output has two pixels or more and less than 65536 bytes; with stride 2
 * a row of 60 outputs or fewer.
 *
 * A plane has `plane_rows` rows of `pitch` bytes: stride 1 up(rows) + 2 and up(W') + 2, stride 2 2 * rows + 1 and
 * 2 * up(W') + 2, where up() makes even. A band has units of 8 outputs: with `count` = up(rows) * up(W') (stride 2:
 * rows * up(W')), that is (count + 7) / 8. Scratch, each rounded up to 16: two planes of plane_rows * pitch + 16; sums,
 * units * 64; addresses, units * 32; places, units * 16; pixels, 2 * (W * plane_rows + 8). */
#ifndef EF_DEPTHWISE_CONV_2D_S8_MVE_H
#define EF_DEPTHWISE_CONV_2D_S8_MVE_H

#include "ef_mve.h"
#include "ef_window.h"

struct ef_depthwise_conv_2d_s8_mve {
    struct ef_window window;
    uint16_t rows; /* output rows of a band, H' or fewer; with stride 1 even, or all */
    int16_t in_zero_point;
    struct ef_mve_output output;
};

void ef_depthwise_conv_2d_s8_mve(const struct ef_call *call);
void ef_depthwise_conv_2d_s2_s8_mve(const struct ef_call *call);

#endif /* EF_DEPTHWISE_CONV_2D_S8_MVE_H */
