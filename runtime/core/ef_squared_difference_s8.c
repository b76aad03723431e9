/* SQUARED_DIFFERENCE, int8, with broadcasting: both inputs are brought to twice the greater scale with 7 fractional bits,
 * subtracted, squared, and brought to the output's. No scratch; may run in place over an input of the output's size.
 * Refuses shapes that do not broadcast. */
#include "ef_broadcast.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    int32_t a_multiplier, a_shift, b_multiplier, b_shift, out_multiplier, out_shift;
    int16_t a_zero_point, b_zero_point, out_zero_point, reserved;
};

enum ef_status ef_squared_difference_s8_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    const float greater = a.scale > b.scale ? a.scale : b.scale, twice = 2.0f * greater;
    int32_t multiplier, shift;
    ef_multiplier_of_scales(twice, twice, 16384.0f * out.scale, &multiplier, &shift);
    if (shift > 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0), EF_TEXT("its scale is too small"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->broadcast = broadcast;
    record->out_multiplier = multiplier;
    record->out_shift = shift;
    ef_multiplier_of_scales(a.scale, 0.5f, greater, &record->a_multiplier, &record->a_shift);
    ef_multiplier_of_scales(b.scale, 0.5f, greater, &record->b_multiplier, &record->b_shift);
    record->a_zero_point = (int16_t)a.zero_point;
    record->b_zero_point = (int16_t)b.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->reserved = 0;
    return EF_OK;
}

void ef_squared_difference_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int8_t *const a = call->inputs[0], *const b = call->inputs[1];
    int8_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int8_t *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) {
            const int32_t difference =
                ef_requantize((*pa - record->a_zero_point) * (1 << 7), record->a_multiplier, record->a_shift) -
                ef_requantize((*pb - record->b_zero_point) * (1 << 7), record->b_multiplier, record->b_shift);
            const int32_t scaled = ef_requantize(difference * difference, record->out_multiplier, record->out_shift);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
