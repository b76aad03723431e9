/* Value by value from int8 or int16 to int8 or int16 of another scale and zero point: QUANTIZE, RELU and LEAKY_RELU where
 * one side has 16 bits. */
#ifndef EF_RESCALE_S16_H
#define EF_RESCALE_S16_H

#include "ef_kernel.h"

struct ef_rescale_s16 {
    uint32_t elements;
    int32_t multiplier, shift;
    int32_t in_zero_point, out_zero_point;
    int32_t min, max;
};

/* `activation` is RELU or NONE; the clamp is the output type's. Refuses another shape in the output than in the input. */
enum ef_status ef_rescale_s16_prepare(struct ef_context *context, int32_t activation);

/* One value. */
int32_t ef_rescale_s16_value(const struct ef_rescale_s16 *record, int32_t value);

#endif /* EF_RESCALE_S16_H */
