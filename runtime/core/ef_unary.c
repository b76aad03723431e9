/* Preparing operators of one input; see the header. */
#include "ef_unary.h"

#include "ef_operators.h"
#include "ef_requantize.h"

enum ef_status ef_unary_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    uint32_t *elements = ef_need_record(context, sizeof *elements);
    if (elements) *elements = out.elements;
    return EF_OK;
}

enum ef_status ef_table_prepare(struct ef_context *context, struct ef_table_terms *terms, struct ef_table_s8 **record) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    *record = NULL;
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    terms->in_scale = in.scale;
    terms->out_scale = out.scale;
    terms->in_zero_point = in.zero_point;
    terms->out_zero_point = out.zero_point;
    *record = ef_need_record(context, sizeof **record);
    if (*record) (*record)->elements = out.elements;
    return EF_OK;
}

int8_t ef_table_entry(const struct ef_table_terms *terms, float value) {
    const float inverse = ef_float_ratio(1.0f, 1.0f, terms->out_scale);
    const float scaled = value * inverse;
    const float size = scaled < 0.0f ? -scaled : scaled;
    int32_t steps = size < 512.0f ? (int32_t)size : size > 0.0f ? 512 : 0;
    if (size - (float)steps >= 0.5f) steps++;
    return (int8_t)ef_clamp(terms->out_zero_point + (scaled < 0.0f ? -steps : steps), INT8_MIN, INT8_MAX);
}

enum ef_status ef_table_prepare_function(struct ef_context *context, float (*function)(float)) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK || !record) return status;
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        const float real = ef_float_ratio(terms.in_scale, (float)(x - terms.in_zero_point), 1.0f);
        record->table[(uint8_t)x] = ef_table_entry(&terms, function(real));
    }
    return EF_OK;
}

void ef_table_s8_invoke(const struct ef_call *call) {
    const struct ef_table_s8 *record = call->record;
    const uint8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++) out[i] = record->table[in[i]];
}
