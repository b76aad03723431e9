/* CONCATENATION, int16. Refuses inputs of another quantization than the output's and what
 * ef_move_concatenation_prepare() refuses. */
#include "ef_move.h"
#include "ef_operators.h"

enum ef_status ef_concatenation_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_output(context, 0, &out);
    for (uint32_t i = 0; i < context->input_count; i++) {
        if (!ef_input(context, i, &in)) continue; /* refused below */
        const enum ef_status status = ef_check_same_quantization(context, (int32_t)i, &in, &out);
        if (status != EF_OK) return status;
    }
    return ef_move_concatenation_prepare(context);
}

void ef_concatenation_s16_invoke(const struct ef_call *call) { ef_move_concatenation_invoke(call); }
