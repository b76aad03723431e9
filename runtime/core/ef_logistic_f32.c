/* LOGISTIC, float32, with the reference's short cuts at both ends. May run in place. Refuses another shape in the
 * output than in the input. */
#include "ef_logistic.h"
#include "ef_operators.h"

enum ef_status ef_logistic_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    uint32_t *elements = ef_need_record(context, sizeof *elements);
    if (elements) *elements = out.elements;
    return EF_OK;
}

void ef_logistic_f32_invoke(const struct ef_call *call) {
    const uint32_t elements = *(const uint32_t *)call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = 0; i < elements; i++) {
        const float x = in[i];
        out[i] = x > 16.619047f ? 1.0f : x < -9.0f ? ef_exp(x) : ef_logistic(x);
    }
}
