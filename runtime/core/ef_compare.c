/* EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL of float32, int32, int64 and bool, with broadcasting. No
 * scratch; may run in place over an input of the output's size. Refuse shapes that do not broadcast. */
#include "ef_compare.h"

#include "ef_binary.h"
#include "ef_operators.h"
#include "ef_schema_codes.h"

uint32_t ef_compare_ways(uint32_t code) {
    switch (code) {
        case EF_BUILTIN_EQUAL: return EF_IS_EQUAL;
        case EF_BUILTIN_LESS: return EF_IS_LESS;
        case EF_BUILTIN_LESS_EQUAL: return EF_IS_LESS | EF_IS_EQUAL;
        case EF_BUILTIN_GREATER: return EF_IS_GREATER;
        case EF_BUILTIN_GREATER_EQUAL: return EF_IS_GREATER | EF_IS_EQUAL;
        default: return EF_IS_LESS | EF_IS_GREATER | EF_IS_UNORDERED; /* NOT_EQUAL */
    }
}

enum ef_status ef_compare_prepare(struct ef_context *context) {
    struct ef_tensor in;
    ef_input(context, 0, &in);
    return ef_binary_prepare_with(context, in.type);
}

static uint32_t floats_stand(const uint8_t *a, const uint8_t *b) {
    const float x = ef_load_f32(a), y = ef_load_f32(b);
    return x < y ? EF_IS_LESS : x > y ? EF_IS_GREATER : x <= y ? EF_IS_EQUAL : EF_IS_UNORDERED;
}

static int64_t whole(uint32_t type, const uint8_t *at) {
    return type == EF_TYPE_INT64 ? ef_load_i64(at) : type == EF_TYPE_INT32 ? ef_load_i32(at) : *at != 0u;
}

void ef_compare_invoke(const struct ef_call *call) {
    const struct ef_binary *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const uint8_t *const a = call->inputs[0], *const b = call->inputs[1];
    uint8_t *out = call->outputs[0];
    const uint32_t type = record->detail, ways = ef_compare_ways(record->code), bytes = ef_type_bytes((uint8_t)type);
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a) * bytes;
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b) * bytes;
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const uint8_t *pa = a + (size_t)at.a * bytes, *pb = b + (size_t)at.b * bytes;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) {
            uint32_t way;
            if (type == EF_TYPE_FLOAT32) {
                way = floats_stand(pa, pb);
            } else {
                const int64_t x = whole(type, pa), y = whole(type, pb);
                way = x < y ? EF_IS_LESS : x > y ? EF_IS_GREATER : EF_IS_EQUAL;
            }
            *out++ = (ways & way) != 0u;
        }
    } while (ef_broadcast_next(broadcast, &at));
}
