/* RELU, int16. May run in place. Refuses another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_rescale_s16.h"

enum ef_status ef_relu_s16_prepare(struct ef_context *context) {
    return ef_rescale_s16_prepare(context, EF_ACTIVATION_RELU);
}

void ef_relu_s16_invoke(const struct ef_call *call) {
    const struct ef_rescale_s16 *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++)
        out[i] = (int16_t)ef_rescale_s16_value(record, in[i]);
}
