/* SHAPE: the sizes of the input as the model states them, int32 or int64. Refuses an output of another size than the
 * input's rank. */
#include <string.h>

#include "ef_operators.h"

struct record {
    uint32_t rank, wide;
    int32_t sizes[1];
};

enum ef_status ef_shape_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    if (out.elements != in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# sizes of rank #"),
                         (int32_t)out.elements, in.rank);
    struct record *record =
        ef_need_record(context, (uint32_t)offsetof(struct record, sizes) + in.rank * (uint32_t)sizeof record->sizes[0]);
    if (!record) return EF_OK;
    record->rank = in.rank;
    record->wide = out.type == EF_TYPE_INT64;
    for (uint32_t d = 0; d < in.rank; d++) record->sizes[d] = in.dims[d];
    return EF_OK;
}

void ef_shape_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    for (uint32_t d = 0; d < record->rank; d++) {
        const int64_t size = record->sizes[d];
        if (record->wide)
            memcpy((uint8_t *)call->outputs[0] + 8u * d, &size, sizeof size);
        else
            memcpy((uint8_t *)call->outputs[0] + 4u * d, &record->sizes[d], sizeof record->sizes[d]);
    }
}
