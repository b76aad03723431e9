/* QUANTIZE from float32 to int16: x / scale rounded halves away from zero, saturated; what is no number becomes 0. May run
 * in place. Refuses another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t elements;
    float scale;
};

enum ef_status ef_quantize_f32_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    record->scale = out.scale;
    return EF_OK;
}

void ef_quantize_f32_s16_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const float *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++) {
        const float ratio = ef_float_ratio(in[i], 1.0f, record.scale);
        const float size = ratio < 0.0f ? -ratio : ratio;
        int32_t steps = size < 40000.0f ? (int32_t)size : size > 0.0f ? 40000 : 0;
        if (size - (float)steps >= 0.5f) steps++;
        out[i] = (int16_t)ef_clamp(ratio < 0.0f ? -steps : steps, INT16_MIN, INT16_MAX);
    }
}
