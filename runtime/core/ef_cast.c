/* CAST between float32, bool and integers of 8 to 64 bits: integers wrap, floats lose what is behind the point and
 * saturate, what is not 0 is true. Refuses another shape in the output than in the input. */
#include <string.h>

#include "ef_operators.h"

struct record {
    uint32_t elements;
    uint8_t in_type, out_type, in_bytes, out_bytes;
    uint32_t reserved;
};

enum ef_status ef_cast_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    record->in_type = in.type;
    record->out_type = out.type;
    record->in_bytes = (uint8_t)ef_type_bytes(in.type);
    record->out_bytes = (uint8_t)ef_type_bytes(out.type);
    record->reserved = 0;
    return EF_OK;
}

static int64_t whole_at(uint32_t type, const uint8_t *at) {
    switch (type) {
        case EF_TYPE_INT8: return (int8_t)*at;
        case EF_TYPE_INT16: return ef_load_i16(at);
        case EF_TYPE_INT32: return ef_load_i32(at);
        case EF_TYPE_INT64: return ef_load_i64(at);
        default: return *at; /* UINT8, BOOL */
    }
}

/* x without what is behind the point, within a signed or unsigned integer of `bits`. */
static int64_t cut(float x, uint32_t bits, int is_unsigned) {
    const int64_t most = is_unsigned ? (INT64_C(1) << bits) - 1 : (int64_t)(UINT64_MAX >> (65u - bits));
    const int64_t least = is_unsigned ? 0 : -most - 1;
    if (!(x > -9.2e18f)) return x < 0.0f ? least : 0;
    if (x > 9.2e18f) return most;
    const int64_t whole = (int64_t)x;
    return whole < least ? least : whole > most ? most : whole;
}

void ef_cast_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const uint8_t *in = call->inputs[0];
    uint8_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++, in += record.in_bytes, out += record.out_bytes) {
        int64_t whole;
        if (record.in_type == EF_TYPE_FLOAT32) {
            const float x = ef_load_f32(in);
            if (record.out_type == EF_TYPE_FLOAT32) {
                memcpy(out, in, 4);
                continue;
            }
            whole = record.out_type == EF_TYPE_BOOL
                        ? x < 0.0f || !(x <= 0.0f)
                        : cut(x, 8u * record.out_bytes, record.out_type == EF_TYPE_UINT8);
        } else {
            whole = whole_at(record.in_type, in);
            if (record.out_type == EF_TYPE_BOOL) whole = whole != 0;
            if (record.out_type == EF_TYPE_FLOAT32) {
                const float x = (float)whole;
                memcpy(out, &x, sizeof x);
                continue;
            }
        }
        for (uint32_t b = 0; b < record.out_bytes; b++) out[b] = (uint8_t)((uint64_t)whole >> (8u * b));
    }
}
