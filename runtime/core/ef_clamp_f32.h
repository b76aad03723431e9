/* RELU and RELU6 in float32: a clamp value by value. */
#ifndef EF_CLAMP_F32_H
#define EF_CLAMP_F32_H

#include "ef_kernel.h"

/* `activation` is RELU or RELU6. Refuses another shape in the output than in the input. */
enum ef_status ef_clamp_f32_prepare(struct ef_context *context, int32_t activation);

void ef_clamp_f32_invoke(const struct ef_call *call);

/* What is no number stays what it is. */
static inline float ef_clamp_f32(float x, float min, float max) { return x < min ? min : x > max ? max : x; }

#endif /* EF_CLAMP_F32_H */
