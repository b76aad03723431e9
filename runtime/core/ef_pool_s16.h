/* What the two int16 pools share: record and prepare. */
#ifndef EF_POOL_S16_H
#define EF_POOL_S16_H

#include "ef_window.h"

struct ef_pool_s16 {
    struct ef_window window;
    int16_t min, max;
};

/* Geometry and clamp; refuses other channels or quantization in the output than in the input, and windows of more
 * than 2^15 values. */
enum ef_status ef_pool_s16_prepare(struct ef_context *context);

#endif /* EF_POOL_S16_H */
