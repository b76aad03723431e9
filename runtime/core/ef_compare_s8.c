/* EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL of int8: both values brought to real ones with 8
 * fractional bits. No scratch; may run in place over an input of the output's size. Refuse scales of 1 and more, which
 * the reference gets wrong, and shapes that do not broadcast. */
#include "ef_broadcast.h"
#include "ef_compare.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    int32_t a_multiplier, a_shift, b_multiplier, b_shift;
    uint32_t ways;
    int16_t a_zero_point, b_zero_point;
};

enum ef_status ef_compare_s8_prepare(struct ef_context *context) {
    struct ef_tensor a, b;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    const enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if (a.scale >= 1.0f || b.scale >= 1.0f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, a.scale >= 1.0f ? 0 : 1, EF_TEXT("its scale is 1 or more"), 0,
                         0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->broadcast = broadcast;
    ef_multiplier_of_scales(a.scale, 1.0f, 1.0f, &record->a_multiplier, &record->a_shift);
    ef_multiplier_of_scales(b.scale, 1.0f, 1.0f, &record->b_multiplier, &record->b_shift);
    record->ways = ef_compare_ways(context->kernel->code);
    record->a_zero_point = (int16_t)a.zero_point;
    record->b_zero_point = (int16_t)b.zero_point;
    return EF_OK;
}

void ef_compare_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int8_t *const a = call->inputs[0], *const b = call->inputs[1];
    uint8_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int8_t *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) {
            const int32_t x =
                ef_requantize((*pa - record->a_zero_point) * 256, record->a_multiplier, record->a_shift);
            const int32_t y =
                ef_requantize((*pb - record->b_zero_point) * 256, record->b_multiplier, record->b_shift);
            *out++ = (record->ways & (x < y ? EF_IS_LESS : x > y ? EF_IS_GREATER : EF_IS_EQUAL)) != 0u;
        }
    } while (ef_broadcast_next(broadcast, &at));
}
