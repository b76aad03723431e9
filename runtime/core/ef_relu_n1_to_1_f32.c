/* RELU_N1_TO_1, float32: min(max(x, -1), 1). Refuses another shape in the output than in the input. */
#include "ef_clamp_f32.h"
#include "ef_operators.h"

enum ef_status ef_relu_n1_to_1_f32_prepare(struct ef_context *context) {
    return ef_clamp_f32_prepare(context, EF_ACTIVATION_RELU_N1_TO_1);
}

void ef_relu_n1_to_1_f32_invoke(const struct ef_call *call) { ef_clamp_f32_invoke(call); }
