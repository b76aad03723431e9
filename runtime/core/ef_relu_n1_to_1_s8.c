/* RELU_N1_TO_1, int8: min(max(x, -1), 1) at the output's scale. Refuses another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_rescale_s8.h"

enum ef_status ef_relu_n1_to_1_s8_prepare(struct ef_context *context) {
    return ef_rescale_s8_prepare(context, EF_ACTIVATION_RELU_N1_TO_1);
}

void ef_relu_n1_to_1_s8_invoke(const struct ef_call *call) { ef_rescale_s8_invoke(call); }
