/* PAD, int16: pads with 0. Refuses what ef_move_pad_prepare() and ef_check_same_quantization() refuse. */
#include "ef_move.h"
#include "ef_operators.h"

enum ef_status ef_pad_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_quantization(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    return ef_move_pad_prepare(context, 2, 0);
}

void ef_pad_s16_invoke(const struct ef_call *call) { ef_move_pad_invoke(call); }
