/* FULLY_CONNECTED, int8, for Helium, in models built ahead of time. Inputs: x [rows, K]; weights [groups][D / 16][8][16]
 * with D = K rounded up to 16 and eight channels a group, zeros where there are none; int32 biases [8 * groups] with the
 * input's zero point folded in; int32 multipliers and int8 shifts, one of each, or one a channel with
 * sixteen channels in the order 0, 4, 8, 12, 1, 5, ..., zeros where there are none.
 * Rounded once: a sum times multiplier / 2^31 and 2^shift, halves up. The compiler has found multipliers under which
 * this is what the reference gives for every sum there can be; clamps below its zero point included.
 * Where K is no multiple of 16 there is one row, and 15 bytes behind x may be read.
 * Scratch: 4 * chunk bytes, `chunk` channels at a time, a multiple of 16. */
#ifndef EF_FULLY_CONNECTED_S8_MVE_H
#define EF_FULLY_CONNECTED_S8_MVE_H

#include "ef_kernel.h"
#include "ef_mve.h"

struct ef_fully_connected_s8_mve {
    uint32_t rows, depth; /* depth: D */
    uint32_t channels;    /* real ones */
    uint16_t chunk, per_channel;
    struct ef_mve_output output;
};

void ef_fully_connected_s8_mve(const struct ef_call *call);
void ef_fully_connected_128_s8_mve(const struct ef_call *call); /* D is 128 */

#endif /* EF_FULLY_CONNECTED_S8_MVE_H */
