/* MAXIMUM and MINIMUM of int8 as stored, LOGICAL_AND and LOGICAL_OR, with broadcasting. No scratch; may run in place over
 * an input of the output's size. Refuse shapes that do not broadcast. */
#include "ef_binary.h"
#include "ef_operators.h"
#include "ef_schema_codes.h"

static int32_t value_of(uint32_t code, int32_t a, int32_t b) {
    switch (code) {
        case EF_BUILTIN_MAXIMUM: return a > b ? a : b;
        case EF_BUILTIN_MINIMUM: return a < b ? a : b;
        case EF_BUILTIN_LOGICAL_AND: return a != 0 && b != 0;
        default: return a != 0 || b != 0; /* LOGICAL_OR */
    }
}

void ef_binary_bytes_invoke(const struct ef_call *call) {
    const struct ef_binary *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int8_t *const a = call->inputs[0], *const b = call->inputs[1];
    int8_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int8_t *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step)
            *out++ = (int8_t)value_of(record->code, *pa, *pb);
    } while (ef_broadcast_next(broadcast, &at));
}
