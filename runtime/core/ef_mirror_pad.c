/* MIRROR_PAD of any fixed-size type, REFLECT and SYMMETRIC. Refuses paddings that are negative, that need more than the
 * input has, or that do not lead to the output's shape. */
#include <string.h>

#include "ef_move_walk.h"
#include "ef_operators.h"

struct record {
    uint16_t element, rank;
    uint32_t symmetric;
    struct side {
        uint32_t size, before, out;
        uint32_t stride; /* bytes of the input */
    } sides[1];
};

enum ef_status ef_mirror_pad_prepare(struct ef_context *context) {
    struct ef_tensor in, paddings, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &paddings);
    ef_output(context, 0, &out);
    const int32_t symmetric = ef_option_i8(context, 0, 0);
    if (symmetric != 0 && symmetric != 1)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("mode #"), symmetric, 0);
    if (out.rank != in.rank || paddings.dims[0] != (int32_t)in.rank || paddings.elements != 2u * in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# paddings for rank #"), (int32_t)paddings.elements,
                         in.rank);
    for (uint32_t d = 0; d < in.rank; d++) {
        const int64_t before = ef_walk_entry(&paddings, 2u * d), after = ef_walk_entry(&paddings, 2u * d + 1u);
        const int64_t most = in.dims[d] - (symmetric ? 0 : 1);
        if (before < 0 || after < 0 || before > most || after > most || before + after + in.dims[d] != out.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("paddings of dimension # of size #"), (int32_t)d,
                             in.dims[d]);
    }
    struct record *record = ef_need_record(context, (uint32_t)offsetof(struct record, sides) +
                                                        in.rank * (uint32_t)sizeof record->sides[0]);
    if (!record) return EF_OK;
    record->element = (uint16_t)ef_type_bytes(in.type);
    record->rank = in.rank;
    record->symmetric = (uint32_t)symmetric;
    for (uint32_t d = 0; d < in.rank; d++) {
        record->sides[d].size = (uint32_t)in.dims[d];
        record->sides[d].before = (uint32_t)ef_walk_entry(&paddings, 2u * d);
        record->sides[d].out = (uint32_t)out.dims[d];
        record->sides[d].stride = (uint32_t)ef_walk_stride(&in, d);
    }
    return EF_OK;
}

/* Input index of output index `o`. */
static uint32_t mirrored(const struct side *side, uint32_t symmetric, uint32_t o) {
    if (o < side->before) return side->before - o - symmetric;
    const uint32_t i = o - side->before;
    return i < side->size ? i : 2u * side->size - 2u + symmetric - i;
}

void ef_mirror_pad_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint8_t *in = call->inputs[0];
    uint8_t *out = call->outputs[0];
    const uint32_t last = record->rank - 1u;
    uint32_t index[EF_MAX_RANK] = {0};
    for (;;) {
        size_t at = 0;
        for (uint32_t d = 0; d < last; d++)
            at += (size_t)mirrored(&record->sides[d], record->symmetric, index[d]) * record->sides[d].stride;
        const struct side *side = &record->sides[last];
        for (uint32_t o = 0; o < side->out; o++, out += record->element)
            memcpy(out, in + at + (size_t)mirrored(side, record->symmetric, o) * side->stride, record->element);
        uint32_t d = last;
        for (; d > 0u; d--) {
            if (++index[d - 1u] < record->sides[d - 1u].out) break;
            index[d - 1u] = 0;
        }
        if (d == 0u) return;
    }
}
