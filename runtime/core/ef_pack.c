/* PACK of any fixed-size type: inputs of one shape side by side along a new axis. Refuses an axis beyond the rank, inputs
 * of other shapes or types, and another number of elements in the output than they have. */
#include <string.h>

#include "ef_operators.h"

struct record {
    uint32_t inputs, outer, part; /* bytes of a part */
};

enum ef_status ef_pack_prepare(struct ef_context *context) {
    struct ef_tensor first, in, out;
    ef_input(context, 0, &first);
    ef_output(context, 0, &out);
    const int32_t asked = ef_option_i32(context, 1, 0), axis = asked < 0 ? asked + (int32_t)out.rank : asked;
    if (axis < 0 || axis >= (int32_t)out.rank)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("axis # of rank #"), asked, out.rank);
    if (out.rank != first.rank + 1u || out.dims[axis] != (int32_t)context->input_count)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# along the axis for # inputs"),
                         out.dims[axis], context->input_count);
    for (uint32_t i = 1; i < context->input_count; i++) {
        if (!ef_input(context, i, &in) || in.type != first.type)
            return ef_refuse(context, EF_UNSUPPORTED_TYPE, (int32_t)i, EF_TEXT("must be like input 0"), 0, 0);
        const enum ef_status status = ef_check_same_shape(context, (int32_t)i, &first, &in);
        if (status != EF_OK) return status;
    }
    if ((uint64_t)first.bytes * context->input_count != out.bytes)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# elements for # inputs"),
                         (int32_t)out.elements, context->input_count);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->inputs = context->input_count;
    record->outer = 1;
    for (int32_t d = 0; d < axis; d++) record->outer *= (uint32_t)first.dims[d];
    record->part = first.bytes / record->outer;
    return EF_OK;
}

void ef_pack_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    uint8_t *out = call->outputs[0];
    for (uint32_t n = 0; n < record->outer; n++) {
        for (uint32_t i = 0; i < record->inputs; i++, out += record->part)
            memcpy(out, (const uint8_t *)call->inputs[i] + (size_t)n * record->part, record->part);
    }
}
