/* Concatenation of any element size; see the header. */
#include <string.h>

#include "ef_move.h"

struct record {
    uint32_t inputs;
    uint32_t outer;    /* how often each input gives a part */
    uint32_t parts[1]; /* bytes of a part, one an input */
};

enum ef_status ef_move_concatenation_prepare(struct ef_context *context) {
    struct ef_tensor out;
    ef_output(context, 0, &out);
    const int32_t asked = ef_option_i32(context, 0, 0), activation = ef_option_i8(context, 1, EF_ACTIVATION_NONE);
    const int32_t axis = asked < 0 ? asked + (int32_t)out.rank : asked;
    if (axis < 0 || axis >= (int32_t)out.rank)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("axis # of rank #"), asked, out.rank);
    if (activation != EF_ACTIVATION_NONE)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("fused activation # is not NONE"),
                         activation, 0);
    int64_t total = 0;
    for (uint32_t i = 0; i < context->input_count; i++) {
        struct ef_tensor in;
        if (!ef_input(context, i, &in) || in.rank != out.rank || in.type != out.type)
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, (int32_t)i, EF_TEXT("rank and type must be the output's"),
                             0, 0);
        for (uint32_t d = 0; d < out.rank; d++) {
            if ((int32_t)d != axis && in.dims[d] != out.dims[d])
                return ef_refuse(context, EF_UNSUPPORTED_SHAPE, (int32_t)i, EF_TEXT("size # where the output has #"),
                                 in.dims[d], out.dims[d]);
        }
        total += in.dims[axis];
    }
    if (total != out.dims[axis])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# along the axis, the inputs have #"),
                         out.dims[axis], total > INT32_MAX ? INT32_MAX : (int32_t)total);
    struct record *record = ef_need_record(
        context, (uint32_t)offsetof(struct record, parts) + context->input_count * (uint32_t)sizeof record->parts[0]);
    if (!record) return EF_OK;
    record->inputs = context->input_count;
    record->outer = 1;
    for (int32_t d = 0; d < axis; d++) record->outer *= (uint32_t)out.dims[d];
    for (uint32_t i = 0; i < context->input_count; i++) {
        struct ef_tensor in;
        ef_input(context, i, &in);
        record->parts[i] = in.bytes / record->outer;
    }
    return EF_OK;
}

void ef_move_concatenation_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    uint8_t *out = call->outputs[0];
    for (uint32_t n = 0; n < record->outer; n++) {
        for (uint32_t i = 0; i < record->inputs; i++) {
            const uint32_t bytes = record->parts[i];
            memcpy(out, (const uint8_t *)call->inputs[i] + (size_t)n * bytes, bytes);
            out += bytes;
        }
    }
}
