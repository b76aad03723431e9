/* L2_NORMALIZATION, float32, over the innermost size. May run in place. Refuses a fused activation and another shape in
 * the output than in the input. */
#include "ef_functions_f32.h"
#include "ef_operators.h"

struct record {
    uint32_t rows, depth;
};

enum ef_status ef_l2_normalization_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if (activation != EF_ACTIVATION_NONE)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("fused activation # is not NONE"),
                         activation, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->depth = (uint32_t)in.dims[in.rank - 1];
    record->rows = in.elements / record->depth;
    return EF_OK;
}

void ef_l2_normalization_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t row = 0; row < record->rows; row++, in += record->depth, out += record->depth) {
        float sum = 0.0f;
        for (uint32_t i = 0; i < record->depth; i++) sum += in[i] * in[i];
        const float root = ef_root(sum), norm = root > 1e-6f ? root : 1e-6f;
        for (uint32_t i = 0; i < record->depth; i++) out[i] = in[i] / norm;
    }
}
