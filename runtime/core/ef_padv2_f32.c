/* PADV2, float32: pads with a constant value. Refuses a value that is more than one element, and what
 * ef_move_pad_prepare() refuses. */
#include "ef_move.h"
#include "ef_operators.h"

enum ef_status ef_padv2_f32_prepare(struct ef_context *context) {
    struct ef_tensor value;
    ef_input(context, 2, &value);
    if (value.elements != 1u)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 2, EF_TEXT("# values to pad with"), (int32_t)value.elements, 0);
    return ef_move_pad_prepare(context, 4, ef_load_u32(value.data));
}

void ef_padv2_f32_invoke(const struct ef_call *call) { ef_move_pad_invoke(call); }
