/* DEQUANTIZE from int8 to float32: scale * (x - zero_point). May run in place: it goes from the last element to the
 * first. Refuses another shape in the output than in the input. */
#include "ef_operators.h"

struct record {
    uint32_t elements;
    float scale;
    int32_t zero_point;
};

enum ef_status ef_dequantize_s8_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = in.elements;
    record->scale = in.scale;
    record->zero_point = in.zero_point;
    return EF_OK;
}

void ef_dequantize_s8_f32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const int8_t *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = record.elements; i-- > 0;) {
        const int32_t value = in[i] - record.zero_point;
        out[i] = record.scale * (float)value;
    }
}
