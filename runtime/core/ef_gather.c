/* GATHER of any fixed-size type along one axis, with batch dimensions. Refuses an axis or batch dimensions beyond the
 * rank, constant indices outside the axis, and another number of elements in the output than it makes. */
#include <string.h>

#include "ef_move_walk.h"
#include "ef_operators.h"

struct record {
    uint32_t batches, outer; /* outer: slices of a batch before the axis */
    uint32_t size;           /* along the axis */
    uint32_t inner;          /* bytes of one entry along it */
    uint32_t indices;        /* in a batch */
    uint32_t wide;           /* indices are int64 */
    uint32_t reserved;
};

enum ef_status ef_gather_prepare(struct ef_context *context) {
    struct ef_tensor in, indices, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &indices);
    ef_output(context, 0, &out);
    int32_t axis = ef_option_i32(context, 0, 0), batch = ef_option_i32(context, 1, 0);
    if (axis < 0) axis += (int32_t)in.rank;
    if (batch < 0) batch += (int32_t)indices.rank;
    if (axis < 0 || axis >= (int32_t)in.rank || batch < 0 || batch > axis || batch > (int32_t)indices.rank)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("axis # with # batch dimensions"), axis,
                         batch);
    struct record made = {1, 1, (uint32_t)in.dims[axis], ef_type_bytes(in.type), 1, indices.type == EF_TYPE_INT64, 0};
    for (int32_t d = 0; d < batch; d++) {
        if (in.dims[d] != indices.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("batch dimension # is not input 0's, #"), d,
                             in.dims[d]);
        made.batches *= (uint32_t)in.dims[d];
    }
    for (int32_t d = batch; d < axis; d++) made.outer *= (uint32_t)in.dims[d];
    for (int32_t d = axis + 1; d < (int32_t)in.rank; d++) made.inner *= (uint32_t)in.dims[d];
    made.indices = indices.elements / made.batches;
    if ((uint64_t)made.batches * made.outer * made.indices * made.inner != out.bytes)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# elements for # indices"),
                         (int32_t)out.elements, (int32_t)indices.elements);
    for (uint32_t i = 0; indices.is_constant && i < indices.elements; i++) {
        const int64_t index = ef_walk_entry(&indices, i);
        if (index < 0 || index >= in.dims[axis])
            return ef_refuse(context, EF_UNSUPPORTED_OPTION, 1, EF_TEXT("index # is outside the axis"), (int32_t)i, 0);
    }
    struct record *record = ef_need_record(context, sizeof *record);
    if (record) *record = made;
    return EF_OK;
}

static uint32_t index_at(const struct record *record, const uint8_t *indices, uint32_t i) {
    const int64_t index = record->wide ? ef_load_i64(indices + 8u * i) : ef_load_i32(indices + 4u * i);
    return index < 0 ? 0u : index >= (int64_t)record->size ? record->size - 1u : (uint32_t)index;
}

void ef_gather_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint8_t *in = call->inputs[0], *const indices = call->inputs[1];
    uint8_t *out = call->outputs[0];
    for (uint32_t b = 0; b < record->batches; b++) {
        for (uint32_t o = 0; o < record->outer; o++, in += (size_t)record->size * record->inner) {
            for (uint32_t i = 0; i < record->indices; i++, out += record->inner)
                memcpy(out, in + (size_t)index_at(record, indices, b * record->indices + i) * record->inner,
                       record->inner);
        }
    }
}
