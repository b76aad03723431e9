/* SUB, DIV, MAXIMUM, MINIMUM and SQUARED_DIFFERENCE of int32, with broadcasting; sums and products wrap, and x / 0, where
 * the reference stops, is 0. No scratch; may run in place over an input of the output's size. Refuse a fused activation
 * and shapes that do not broadcast. */
#include "ef_binary.h"
#include "ef_operators.h"
#include "ef_schema_codes.h"

enum ef_status ef_binary_s32_prepare(struct ef_context *context) {
    const uint32_t code = context->kernel->code;
    if ((code == EF_BUILTIN_SUB || code == EF_BUILTIN_DIV) &&
        ef_option_i8(context, 0, EF_ACTIVATION_NONE) != EF_ACTIVATION_NONE)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("a fused activation of int32"), 0, 0);
    return ef_binary_prepare_with(context, 0);
}

static int32_t value_of(uint32_t code, int32_t a, int32_t b) {
    const uint32_t difference = (uint32_t)a - (uint32_t)b;
    switch (code) {
        case EF_BUILTIN_SUB: return (int32_t)difference;
        case EF_BUILTIN_DIV: return b == 0 ? 0 : b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b;
        case EF_BUILTIN_MAXIMUM: return a > b ? a : b;
        case EF_BUILTIN_MINIMUM: return a < b ? a : b;
        default: return (int32_t)(difference * difference); /* SQUARED_DIFFERENCE */
    }
}

void ef_binary_s32_invoke(const struct ef_call *call) {
    const struct ef_binary *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int32_t *const a = call->inputs[0], *const b = call->inputs[1];
    int32_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int32_t *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) *out++ = value_of(record->code, *pa, *pb);
    } while (ef_broadcast_next(broadcast, &at));
}
