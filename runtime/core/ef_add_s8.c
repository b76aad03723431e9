/* ADD, int8, with broadcasting and a fused activation: both inputs are brought to twice the greater scale with 20
 * fractional bits, added, and brought to the output's. No scratch; may run in place over an input of the output's size.
 * Refuses shapes that do not broadcast and what ef_dense.h refuses. */
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

enum ef_status ef_add_s8_prepare(struct ef_context *context) {
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

/* value * 2^20 times the input's multiplier; that of the greater scale is 1/2. */
static inline int32_t widened(int32_t value, int32_t multiplier, int32_t shift) {
    if (multiplier == 1 << 30 && shift == 0) return value * (1 << 19);
    return ef_requantize(value * (1 << 20), multiplier, shift);
}

#if EF_HAVE_DSP
/* One run with operand `a` of the greater scale, in 30 instructions an output. What both steps of ef_requantize() need
 * is made beforehand; 1/2 for `b` as well is a quarter of four times the value, so that its second step exists. */
static int8_t *add_run(const struct record *record, const int8_t *a, uint32_t a_step, const int8_t *b, uint32_t b_step,
                       int swapped, uint32_t count, int8_t *out) {
    const int32_t multiplier = swapped ? record->a_multiplier : record->b_multiplier;
    const int32_t shift = swapped ? record->a_shift : record->b_shift;
    const int32_t left = shift == 0 ? 22 : 20;
    const int32_t b_factor = (int32_t)((uint32_t)multiplier << 1);
    const int32_t b_power = (int32_t)(UINT32_C(1) << (32 + (shift == 0 ? -2 : shift)));
    const int32_t factor = (int32_t)((uint32_t)record->out_multiplier << 1);
    const int32_t power = (int32_t)(UINT32_C(1) << (32 + record->out_shift));
    const int32_t a_zero_point = swapped ? record->b_zero_point : record->a_zero_point;
    const int32_t b_zero_point = swapped ? record->a_zero_point : record->b_zero_point;
    const int32_t zero_point = record->out_zero_point, min = record->min, max = record->max;
    for (const int8_t *end = out + count; out != end; a += a_step, b += b_step) {
        const int32_t x = (int32_t)((uint32_t)(*b - b_zero_point) << left);
        int32_t y = ef_dsp_high_mac_rounded(x, b_factor, x);
        y = (*a - a_zero_point) * (1 << 19) + ef_dsp_high_mac_rounded(y + (y >> 31), b_power, 0);
        y = ef_dsp_high_mac_rounded(y, factor, y);
        y = ef_dsp_high_mac_rounded(y + (y >> 31), power, zero_point);
        y = y < min ? min : y;
        *out++ = (int8_t)(y > max ? max : y);
    }
    return out;
}
#endif

void ef_add_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_broadcast *broadcast = &record->broadcast;
    const int8_t *const a = call->inputs[0], *const b = call->inputs[1];
    int8_t *out = call->outputs[0];
    const uint32_t run = broadcast->count[broadcast->levels - 1u];
    const uint32_t a_step = ef_broadcast_step(broadcast, broadcast->a);
    const uint32_t b_step = ef_broadcast_step(broadcast, broadcast->b);
    struct ef_broadcast_at at = {{0}, 0, 0};
#if EF_HAVE_DSP
    const int swapped = record->a_shift != 0 || record->a_multiplier != 1 << 30; /* then b has the greater scale */
    const int32_t lesser = swapped ? record->a_multiplier : record->b_multiplier;
    const int32_t lesser_shift = swapped ? record->a_shift : record->b_shift;
    const int fast = lesser != 0 && lesser_shift != -1 && record->out_shift <= -2;
#endif
    do {
        const int8_t *pa = a + at.a, *pb = b + at.b;
#if EF_HAVE_DSP
        if (fast) {
            out = swapped ? add_run(record, pb, b_step, pa, a_step, 1, run, out)
                          : add_run(record, pa, a_step, pb, b_step, 0, run, out);
            continue;
        }
#endif
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) {
            const int32_t sum = widened(*pa - record->a_zero_point, record->a_multiplier, record->a_shift) +
                                widened(*pb - record->b_zero_point, record->b_multiplier, record->b_shift);
            const int32_t scaled = ef_requantize(sum, record->out_multiplier, record->out_shift);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), record->min, record->max);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
