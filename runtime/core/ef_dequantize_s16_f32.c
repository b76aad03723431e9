/* DEQUANTIZE from int16 to float32. May run in place. Refuses another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t elements;
    float scale;
};

enum ef_status ef_dequantize_s16_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    record->scale = in.scale;
    return EF_OK;
}

void ef_dequantize_s16_f32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const int16_t *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = record.elements; i-- > 0;) out[i] = ef_float_ratio((float)in[i], record.scale, 1.0f);
}
