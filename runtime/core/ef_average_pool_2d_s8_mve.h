/* AVERAGE_POOL_2D, int8, for Helium, in models built ahead of time, where one window covers the whole image of 1..256
 * pixels: [N, H, W, C] to [N, 1, 1, C], C a multiple of 8. No scratch. */
#ifndef EF_AVERAGE_POOL_2D_S8_MVE_H
#define EF_AVERAGE_POOL_2D_S8_MVE_H

#include "ef_kernel.h"
#include "ef_mve.h"

struct ef_average_pool_2d_s8_mve {
    uint16_t batches, pixels, channels;
    int16_t min, max;
    uint16_t reserved;
};

void ef_average_pool_2d_s8_mve(const struct ef_call *call);

#endif /* EF_AVERAGE_POOL_2D_S8_MVE_H */
