/* PADV2, int8: pads with a constant value. Refuses a value that is more than one element, other quantizations of input
 * and value than the output's, and what ef_move_pad_prepare() refuses. */
#include "ef_move.h"
#include "ef_operators.h"

enum ef_status ef_padv2_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, value, out;
    ef_input(context, 0, &in);
    ef_input(context, 2, &value);
    ef_output(context, 0, &out);
    enum ef_status status = ef_check_same_quantization(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if ((status = ef_check_same_quantization(context, 2, &value, &out)) != EF_OK) return status;
    if (value.elements != 1u)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 2, EF_TEXT("# values to pad with"), (int32_t)value.elements, 0);
    return ef_move_pad_prepare(context, 1, *(const uint8_t *)value.data * 0x01010101u);
}

void ef_padv2_s8_invoke(const struct ef_call *call) { ef_move_pad_invoke(call); }
