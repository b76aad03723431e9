/* Clamps of float32 values; see the header. May run in place. */
#include "ef_clamp_f32.h"

#include "ef_requantize.h"

struct record {
    uint32_t elements;
    float min, max;
};

enum ef_status ef_clamp_f32_prepare(struct ef_context *context, int32_t activation) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    ef_activation_range_f32(activation, &record->min, &record->max);
    return EF_OK;
}

void ef_clamp_f32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++) out[i] = ef_clamp_f32(in[i], record.min, record.max);
}
