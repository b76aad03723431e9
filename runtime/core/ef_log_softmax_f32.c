/* LOG_SOFTMAX, float32, over the innermost size. May run in place. Refuses another shape in the output than in the
 * input. */
#include "ef_exp.h"
#include "ef_functions_f32.h"
#include "ef_operators.h"

struct record {
    uint32_t rows, depth;
};

enum ef_status ef_log_softmax_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->depth = (uint32_t)in.dims[in.rank - 1];
    record->rows = in.elements / record->depth;
    return EF_OK;
}

void ef_log_softmax_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    const uint32_t depth = record->depth;
    for (uint32_t row = 0; row < record->rows; row++, in += depth, out += depth) {
        float greatest = in[0], sum = 0.0f;
        for (uint32_t i = 1; i < depth; i++) greatest = in[i] > greatest ? in[i] : greatest;
        for (uint32_t i = 0; i < depth; i++) {
            const float difference = in[i] - greatest;
            sum += ef_exp(difference);
        }
        const float logarithm = ef_log(sum);
        for (uint32_t i = 0; i < depth; i++) {
            const float difference = in[i] - greatest;
            out[i] = difference - logarithm;
        }
    }
}
