/* ARG_MAX and ARG_MIN along one axis, the first of equals; int32 or int64. Refuse an axis beyond the rank and another
 * number of elements in the output than it leaves. */
#include <string.h>

#include "ef_move_walk.h"
#include "ef_operators.h"
#include "ef_schema_codes.h"

struct record {
    uint32_t outer, size, inner;
    uint8_t type, wide, greatest, bytes;
    uint32_t reserved;
};

enum ef_status ef_arg_max_prepare(struct ef_context *context) {
    struct ef_tensor in, axes, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &axes);
    ef_output(context, 0, &out);
    const int64_t asked = ef_walk_entry(&axes, 0), axis = asked < 0 ? asked + in.rank : asked;
    if (axes.elements != 1u || axis < 0 || axis >= in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, 1, EF_TEXT("axis # of rank #"), (int32_t)asked, in.rank);
    if (out.elements != in.elements / (uint32_t)in.dims[axis])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# elements, the axis leaves #"),
                         (int32_t)out.elements, (int32_t)(in.elements / (uint32_t)in.dims[axis]));
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    memset(record, 0, sizeof *record);
    record->outer = record->inner = 1;
    for (int64_t d = 0; d < axis; d++) record->outer *= (uint32_t)in.dims[d];
    for (uint32_t d = (uint32_t)axis + 1u; d < in.rank; d++) record->inner *= (uint32_t)in.dims[d];
    record->size = (uint32_t)in.dims[axis];
    record->type = in.type;
    record->bytes = (uint8_t)ef_type_bytes(in.type);
    record->wide = out.type == EF_TYPE_INT64;
    record->greatest = context->kernel->code == EF_BUILTIN_ARG_MAX;
    return EF_OK;
}

static int32_t whole_at(uint32_t type, const uint8_t *at) {
    return type == EF_TYPE_INT32 ? ef_load_i32(at) : type == EF_TYPE_INT8 ? (int8_t)*at : *at;
}

static int is_less(uint32_t type, const uint8_t *a, const uint8_t *b) {
    return type == EF_TYPE_FLOAT32 ? ef_load_f32(a) < ef_load_f32(b) : whole_at(type, a) < whole_at(type, b);
}

void ef_arg_max_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint8_t *in = call->inputs[0];
    uint8_t *out = call->outputs[0];
    const size_t step = (size_t)record->inner * record->bytes;
    for (uint32_t o = 0; o < record->outer * record->inner; o++) {
        const uint8_t *first = in + (o / record->inner) * record->size * step + o % record->inner * record->bytes;
        const uint8_t *best = first;
        int64_t chosen = 0;
        for (uint32_t i = 1; i < record->size; i++) {
            const uint8_t *at = first + i * step;
            if (!(record->greatest ? is_less(record->type, best, at) : is_less(record->type, at, best))) continue;
            best = at;
            chosen = i;
        }
        const uint32_t bytes = record->wide ? 8u : 4u;
        for (uint32_t b = 0; b < bytes; b++) out[b] = (uint8_t)((uint64_t)chosen >> (8u * b));
        out += bytes;
    }
}
