/* RELU, float32: max(x, 0). Refuses another shape in the output than in the input. */
#include "ef_clamp_f32.h"
#include "ef_operators.h"

enum ef_status ef_relu_f32_prepare(struct ef_context *context) {
    return ef_clamp_f32_prepare(context, EF_ACTIVATION_RELU);
}

void ef_relu_f32_invoke(const struct ef_call *call) { ef_clamp_f32_invoke(call); }
