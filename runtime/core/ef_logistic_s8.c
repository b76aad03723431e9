/* LOGISTIC, int8, by a table of 256 values in the record. May run in place. Refuses an output that does not have scale
 * 1/256, and another shape in the output than in the input. */
#include "ef_logistic.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t elements;
    int8_t table[256]; /* by the input's byte, unsigned */
};

enum ef_status ef_logistic_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if (out.zero_point != -128 || out.scale != 1.0f / 256.0f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0),
                         EF_TEXT("needs scale 1/256 and zero point -128, not #"), out.zero_point, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        const float real = ef_float_ratio(in.scale, (float)(x - in.zero_point), 1.0f);
        const float scaled = ef_logistic(real) * 256.0f; /* exact: halves are seen as such */
        int32_t steps = (int32_t)scaled;
        if (scaled - (float)steps >= 0.5f) steps++;
        record->table[(uint8_t)x] = (int8_t)ef_clamp(steps - 128, INT8_MIN, INT8_MAX);
    }
    return EF_OK;
}

void ef_logistic_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++) out[i] = record->table[in[i]];
}
