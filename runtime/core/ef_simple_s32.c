/* ABS and NEG of int32, wrapping at the least value. May run in place. Refuse another shape in the output than in the
 * input. */
#include "ef_operators.h"
#include "ef_schema_codes.h"

struct record {
    uint32_t elements, absolute;
};

enum ef_status ef_simple_s32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    record->absolute = context->kernel->code == EF_BUILTIN_ABS;
    return EF_OK;
}

void ef_simple_s32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const int32_t *in = call->inputs[0];
    int32_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++)
        out[i] = record.absolute && in[i] >= 0 ? in[i] : (int32_t)(0u - (uint32_t)in[i]);
}
