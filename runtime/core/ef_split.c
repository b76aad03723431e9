/* SPLIT, SPLIT_V and UNPACK of any fixed-size type. Refuse an axis beyond the rank and outputs that do not share the input
 * out among them. */
#include <string.h>

#include "ef_move_walk.h"
#include "ef_operators.h"
#include "ef_schema_codes.h"

struct record {
    uint32_t outputs;
    uint32_t outer;    /* how often each output gets a part */
    uint32_t parts[1]; /* bytes of a part, one an output */
};

static enum ef_status share_out(struct ef_context *context, const struct ef_tensor *in, int64_t asked, uint32_t data) {
    const int64_t axis = asked < 0 ? asked + in->rank : asked;
    if (axis < 0 || axis >= in->rank)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, (int32_t)data, EF_TEXT("axis # of rank #"), (int32_t)asked,
                         in->rank);
    uint32_t outer = 1;
    for (int64_t d = 0; d < axis; d++) outer *= (uint32_t)in->dims[d];
    uint64_t total = 0;
    struct ef_tensor out;
    for (uint32_t o = 0; o < context->output_count; o++) {
        ef_output(context, o, &out);
        total += out.bytes;
        if (out.type != in->type || out.bytes % (outer * ef_type_bytes(out.type)) != 0u)
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(o), EF_TEXT("# elements from # slices"),
                             (int32_t)out.elements, (int32_t)outer);
    }
    if (total != in->bytes)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, (int32_t)data, EF_TEXT("# bytes, the outputs have #"),
                         (int32_t)in->bytes, total > INT32_MAX ? INT32_MAX : (int32_t)total);
    struct record *record = ef_need_record(context, (uint32_t)offsetof(struct record, parts) +
                                                        context->output_count * (uint32_t)sizeof record->parts[0]);
    if (!record) return EF_OK;
    record->outputs = context->output_count;
    record->outer = outer;
    for (uint32_t o = 0; o < context->output_count; o++) {
        ef_output(context, o, &out);
        record->parts[o] = out.bytes / outer;
    }
    return EF_OK;
}

static void divide(const struct ef_call *call, const uint8_t *in) {
    const struct record *record = call->record;
    for (uint32_t n = 0; n < record->outer; n++) {
        for (uint32_t o = 0; o < record->outputs; o++) {
            const uint32_t bytes = record->parts[o];
            memcpy((uint8_t *)call->outputs[o] + (size_t)n * bytes, in, bytes);
            in += bytes;
        }
    }
}

enum ef_status ef_split_prepare(struct ef_context *context) {
    struct ef_tensor in, axis;
    const int sized = context->kernel->code == EF_BUILTIN_SPLIT_V;
    const uint32_t data = sized ? 0u : 1u;
    ef_input(context, data, &in);
    ef_input(context, sized ? 2u : 0u, &axis);
    if (axis.elements != 1u)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, sized ? 2 : 0, EF_TEXT("# axes"), (int32_t)axis.elements, 0);
    return share_out(context, &in, ef_walk_entry(&axis, 0), data);
}

enum ef_status ef_unpack_prepare(struct ef_context *context) {
    struct ef_tensor in;
    ef_input(context, 0, &in);
    return share_out(context, &in, ef_option_i32(context, 1, 0), 0u);
}

void ef_split_invoke(const struct ef_call *call) { divide(call, call->inputs[1]); }

void ef_split_v_invoke(const struct ef_call *call) { divide(call, call->inputs[0]); }
