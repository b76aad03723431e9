/* RESHAPE, any fixed-size type: the same bytes under another shape, in place where the plan can. Refuses another number
 * of elements in the output than in the input. The output's shape is the model's; a shape operand is not read. */
#include <string.h>

#include "ef_operators.h"

enum ef_status ef_reshape_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    if (in.elements != out.elements)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# elements out of #"),
                         (int32_t)out.elements, (int32_t)in.elements);
    uint32_t *bytes = ef_need_record(context, sizeof *bytes);
    if (bytes) *bytes = out.bytes;
    return EF_OK;
}

void ef_reshape_invoke(const struct ef_call *call) {
    const uint32_t *bytes = call->record;
    if (call->outputs[0] != call->inputs[0]) memcpy(call->outputs[0], call->inputs[0], *bytes);
}
