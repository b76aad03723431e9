/* SUB, DIV (with a fused activation), MAXIMUM, MINIMUM, SQUARED_DIFFERENCE and PRELU of float32, with broadcasting. No
 * scratch; may run in place over an input of the output's size. Refuse shapes that do not broadcast and what ef_dense.h
 * refuses. */
#include "ef_broadcast.h"
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_schema_codes.h"

struct record {
    struct ef_broadcast broadcast;
    uint32_t code;
    float min, max;
};

enum ef_status ef_binary_f32_prepare(struct ef_context *context) {
    struct ef_broadcast broadcast;
    const uint32_t code = context->kernel->code;
    const int activated = code == EF_BUILTIN_SUB || code == EF_BUILTIN_DIV;
    const int32_t activation = activated ? ef_option_i8(context, 0, EF_ACTIVATION_NONE) : EF_ACTIVATION_NONE;
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->broadcast = broadcast;
    record->code = code;
    ef_activation_range_f32(activation, &record->min, &record->max);
    return EF_OK;
}

static float value_of(const struct record *record, float a, float b) {
    switch (record->code) {
        case EF_BUILTIN_SUB: return ef_clamp_f32(a - b, record->min, record->max);
        case EF_BUILTIN_DIV: return ef_clamp_f32(a / b, record->min, record->max);
        case EF_BUILTIN_MAXIMUM: return a > b ? a : b;
        case EF_BUILTIN_MINIMUM: return a < b ? a : b;
        case EF_BUILTIN_PRELU: return a >= 0.0f ? a : a * b;
        default: break; /* SQUARED_DIFFERENCE */
    }
    const float difference = a - b;
    return difference * difference;
}

void ef_binary_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const float *const a = call->inputs[0], *const b = call->inputs[1];
    float *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const float *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) *out++ = value_of(record, *pa, *pb);
    } while (ef_broadcast_next(broadcast, &at));
}
