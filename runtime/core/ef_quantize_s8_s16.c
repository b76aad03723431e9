/* QUANTIZE from int8 to int16. Refuses another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_rescale_s16.h"

enum ef_status ef_quantize_s8_s16_prepare(struct ef_context *context) {
    return ef_rescale_s16_prepare(context, EF_ACTIVATION_NONE);
}

void ef_quantize_s8_s16_invoke(const struct ef_call *call) {
    const struct ef_rescale_s16 *record = call->record;
    const int8_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = record->elements; i-- > 0;) /* may run in place */
        out[i] = (int16_t)ef_rescale_s16_value(record, in[i]);
}
