/* What the two float32 pools share: record and prepare. */
#ifndef EF_POOL_F32_H
#define EF_POOL_F32_H

#include "ef_window.h"

struct ef_pool_f32 {
    struct ef_window window;
    float min, max;
};

/* Geometry and clamp; refuses other channels in the output than in the input. */
enum ef_status ef_pool_f32_prepare(struct ef_context *context);

#endif /* EF_POOL_F32_H */
