/* Padding of any element size with one value; see the header. */
#include <string.h>

#include "ef_move.h"

/* Ends in three numbers a dimension: size in, padding before, size out; the innermost in bytes. */
struct record {
    uint32_t value; /* the element's bytes, repeated to fill four */
    uint32_t rank;
    uint32_t sizes[1][3];
};

static int64_t padding_at(const struct ef_tensor *paddings, uint32_t i) {
    const uint8_t *data = paddings->data;
    return paddings->type == EF_TYPE_INT64 ? ef_load_i64(data + 8u * i) : ef_load_i32(data + 4u * i);
}

enum ef_status ef_move_pad_prepare(struct ef_context *context, uint32_t element, uint32_t value) {
    struct ef_tensor in, paddings, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &paddings);
    ef_output(context, 0, &out);
    if (out.rank != in.rank || paddings.dims[0] != (int32_t)in.rank || paddings.elements != 2u * in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# paddings for rank #"), (int32_t)paddings.elements,
                         in.rank);
    for (uint32_t d = 0; d < in.rank; d++) {
        const int64_t before = padding_at(&paddings, 2u * d), after = padding_at(&paddings, 2u * d + 1u);
        if (before < 0 || after < 0 || before > INT32_MAX || after > INT32_MAX ||
            before + after + in.dims[d] != out.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1,
                             EF_TEXT("paddings of dimension # do not lead to the output's #"), (int32_t)d, out.dims[d]);
    }
    struct record *record =
        ef_need_record(context, (uint32_t)offsetof(struct record, sizes) + in.rank * (uint32_t)sizeof record->sizes[0]);
    if (!record) return EF_OK;
    record->value = value;
    record->rank = in.rank;
    for (uint32_t d = 0; d < in.rank; d++) {
        const uint32_t unit = d + 1u == in.rank ? element : 1u;
        record->sizes[d][0] = (uint32_t)in.dims[d] * unit;
        record->sizes[d][1] = (uint32_t)padding_at(&paddings, 2u * d) * unit;
        record->sizes[d][2] = (uint32_t)out.dims[d] * unit;
    }
    return EF_OK;
}

static uint8_t *fill(uint8_t *out, uint32_t bytes, uint32_t value) {
    if ((value & 0xffu) * 0x01010101u == value) {
        memset(out, (int)(value & 0xffu), bytes);
        return out + bytes;
    }
    for (; bytes >= 4u; bytes -= 4u, out += 4) ef_store_u32(out, value);
    return out;
}

void ef_move_pad_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint8_t *in = call->inputs[0];
    uint8_t *out = call->outputs[0];
    const uint32_t last = record->rank - 1u;
    const uint32_t *row = record->sizes[last];
    uint32_t index[EF_MAX_RANK] = {0};
    for (;;) { /* one output row a turn */
        uint32_t d = 0;
        while (d < last && index[d] - record->sizes[d][1] < record->sizes[d][0]) d++;
        if (d < last) {
            out = fill(out, row[2], record->value);
        } else {
            out = fill(out, row[1], record->value);
            memcpy(out, in, row[0]);
            in += row[0];
            out = fill(out + row[0], row[2] - row[1] - row[0], record->value);
        }
        for (d = last; d > 0; d--) {
            if (++index[d - 1u] < record->sizes[d - 1u][2]) break;
            index[d - 1u] = 0;
        }
        if (d == 0) return;
    }
}
