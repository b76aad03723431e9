/* SUB, int8, with broadcasting and a fused activation: both inputs are brought to twice the greater scale with 20
 * fractional bits, subtracted, and brought to the output's. No scratch; may run in place over an input of the output's
 * size. Refuses shapes that do not broadcast and what ef_dense.h refuses. */
#include "ef_broadcast.h"
#include "ef_dense.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    int32_t a_multiplier, b_multiplier, out_multiplier;
    int8_t a_shift, b_shift, out_shift, reserved;
    int16_t a_zero_point, b_zero_point, out_zero_point;
    int16_t min, max, reserved2;
};

enum ef_status ef_sub_s8_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    const float greater = a.scale > b.scale ? a.scale : b.scale;
    int32_t shift, min, max;
    record->broadcast = broadcast;
    ef_multiplier_of_scales(a.scale, 0.5f, greater, &record->a_multiplier, &shift);
    record->a_shift = (int8_t)shift;
    ef_multiplier_of_scales(b.scale, 0.5f, greater, &record->b_multiplier, &shift);
    record->b_shift = (int8_t)shift;
    ef_multiplier_of_scales(greater, 1.0f / 524288.0f, out.scale, &record->out_multiplier, &shift);
    record->out_shift = (int8_t)shift;
    ef_activation_range(activation, out.scale, out.zero_point, INT8_MIN, INT8_MAX, &min, &max);
    record->a_zero_point = (int16_t)a.zero_point;
    record->b_zero_point = (int16_t)b.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    record->reserved = 0;
    record->reserved2 = 0;
    return EF_OK;
}

void ef_sub_s8_invoke(const struct ef_call *call) {
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
                ef_requantize((*pa - record->a_zero_point) * (1 << 20), record->a_multiplier, record->a_shift) -
                ef_requantize((*pb - record->b_zero_point) * (1 << 20), record->b_multiplier, record->b_shift);
            const int32_t scaled = ef_requantize(difference, record->out_multiplier, record->out_shift);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), record->min, record->max);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
