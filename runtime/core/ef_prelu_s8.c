/* PRELU, int8, with broadcasting of the slopes: one multiplier for what is below 0 and one for the rest. No scratch; may
 * run in place over the input. Refuses shapes that do not broadcast. */
#include "ef_broadcast.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    int32_t above, above_shift, below, below_shift;
    int16_t in_zero_point, slope_zero_point, out_zero_point, reserved;
};

enum ef_status ef_prelu_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, slopes, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &in);
    ef_input(context, 1, &slopes);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    const float above = ef_float_ratio(in.scale, 1.0f, out.scale), below = ef_float_ratio(in.scale, slopes.scale, out.scale);
    if (!(above > 0.0f && above < 1e30f && below > 0.0f && below < 1e30f))
        return ef_refuse(context, EF_NOT_FINITE, EF_OUTPUT(0), EF_TEXT("the scales' ratio is out of a float's range"), 0,
                         0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->broadcast = broadcast;
    ef_multiplier_of_scales(above, 1.0f, 1.0f, &record->above, &record->above_shift);
    ef_multiplier_of_scales(below, 1.0f, 1.0f, &record->below, &record->below_shift);
    record->in_zero_point = (int16_t)in.zero_point;
    record->slope_zero_point = (int16_t)slopes.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->reserved = 0;
    return EF_OK;
}

void ef_prelu_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int8_t *const in = call->inputs[0], *const slopes = call->inputs[1];
    int8_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t in_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t slope_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int8_t *x = in + at.a, *slope = slopes + at.b;
        for (uint32_t i = run; i > 0; i--, x += in_step, slope += slope_step) {
            const int32_t value = *x - record->in_zero_point;
            const int32_t scaled =
                value >= 0 ? ef_requantize(value, record->above, record->above_shift)
                           : ef_requantize(value * (*slope - record->slope_zero_point), record->below,
                                           record->below_shift);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
