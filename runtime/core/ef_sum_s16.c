/* ADD and SUB, int16: both inputs are brought to twice the greater scale with 15 fractional bits, added, and brought to
 * the output's. No scratch; may run in place over an input of the output's size. See the header for what is refused. */
#include "ef_sum_s16.h"

#include "ef_broadcast.h"
#include "ef_dense.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    int32_t a_multiplier, b_multiplier, out_multiplier;
    int8_t a_shift, b_shift, out_shift, reserved;
    int16_t min, max;
};

/* Whether the reference takes the scale for a power of two: one within 0.07 percent. */
static int is_power_of_two(float scale) {
    int32_t multiplier, shift;
    ef_multiplier_of_scales(scale, 1.0f, 1.0f, &multiplier, &shift);
    return multiplier < 1074486000 || multiplier > 2145996000;
}

enum ef_status ef_sum_s16_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if (ef_option_i8(context, 1, 1) != 0 && is_power_of_two(a.scale) && is_power_of_two(b.scale) &&
        is_power_of_two(out.scale))
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND,
                         EF_TEXT("pot_scale_int16 with scales that are powers of two"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    const float greater = a.scale > b.scale ? a.scale : b.scale;
    int32_t shift, min, max;
    record->broadcast = broadcast;
    ef_multiplier_of_scales(a.scale, 0.5f, greater, &record->a_multiplier, &shift);
    record->a_shift = (int8_t)shift;
    ef_multiplier_of_scales(b.scale, 0.5f, greater, &record->b_multiplier, &shift);
    record->b_shift = (int8_t)shift;
    ef_multiplier_of_scales(greater, 1.0f / 16384.0f, out.scale, &record->out_multiplier, &shift);
    record->out_shift = (int8_t)shift;
    record->reserved = 0;
    ef_activation_range(activation, out.scale, 0, INT16_MIN, INT16_MAX, &min, &max);
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    return EF_OK;
}

void ef_sum_s16_invoke(const struct ef_call *call, int32_t sign) {
    const struct record *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int16_t *const a = call->inputs[0], *const b = call->inputs[1];
    int16_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int16_t *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) {
            const int32_t first = ef_requantize(*pa * (1 << 15), record->a_multiplier, record->a_shift);
            const int32_t second = ef_requantize(*pb * (1 << 15), record->b_multiplier, record->b_shift);
            const int32_t scaled =
                ef_requantize(first + sign * second, record->out_multiplier, record->out_shift);
            *out++ = (int16_t)ef_clamp(scaled, record->min, record->max);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
