/* Dot products for Helium; see ef_mve.h for the arguments. A pixel has K bytes; addresses may be odd.
 *
 *   function           K                        addresses a tile       weights
 *   ef_mve_dots_8      8                        its pixel 0            [channels][8]
 *   ef_mve_dots_16     16                       its pixel 0            [channels][16]
 *   ef_mve_dots_32     32                       its pixel 0            [channels][32]
 *   ef_mve_dots_K      24, 40, 48, 64           its pixels 0 and 2     steps
 *   ..._by_16          multiples of 16          all four               steps
 *   ..._by_64          multiples of 64          all four               steps
 *   ..._by_128         multiples of 128         all four               steps
 *
 * "Steps": [channels / 2][K / 16][2][16], then [2][8] for 24 and 40. Where fewer than four addresses are given, pixels
 * lie K bytes apart. The list ends with NULL in the place of a tile's first address (a whole tile's entries must be
 * readable). Channels are even; for 8 and 16 a multiple of four.
 * `depth` is K; for ef_mve_dots_8 and _16 it is the bytes of a pair's sums: 32 times the tiles.
 *
 *   ef_mve_window_C    3x3 windows of C bytes a pixel, rows `depth` bytes apart, four adjacent windows a tile;
 *                      C is 16, 32 or 64, the step between windows C bytes; one address a tile: that of window 0
 *                      plus 64 for C of 32 and 64; weights [channels / 2][3][C / 16][kx: 0, 1, 2][2][16]
 *   ef_mve_window_C_s2 the same with 2 C bytes between windows, C is 16 or 32; address of window 0 plus 64; kx: 0, 2, 1
 */
#ifndef EF_DOTS_MVE_H
#define EF_DOTS_MVE_H

#include "ef_mve.h"

#if EF_HAVE_MVE

ef_mve_dots_function ef_mve_dots_8, ef_mve_dots_16, ef_mve_dots_24, ef_mve_dots_32, ef_mve_dots_40, ef_mve_dots_48,
    ef_mve_dots_64, ef_mve_dots_by_16, ef_mve_dots_by_64, ef_mve_dots_by_128;
ef_mve_dots_function ef_mve_window_16, ef_mve_window_32, ef_mve_window_64, ef_mve_window_16_s2, ef_mve_window_32_s2;

#endif
#endif /* EF_DOTS_MVE_H */
