/* GELU, float32, exact or by tanh as the options say. May run in place. Refuses another shape in the output than in the
 * input. */
#include "ef_functions_f32.h"
#include "ef_operators.h"

struct record {
    uint32_t elements, approximate;
};

enum ef_status ef_gelu_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    record->approximate = ef_option_i8(context, 0, 0) != 0;
    return EF_OK;
}

void ef_gelu_f32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++)
        out[i] = record.approximate ? ef_gelu_approximated(in[i]) : ef_gelu(in[i]);
}
