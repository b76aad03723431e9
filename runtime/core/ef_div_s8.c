/* DIV, int8, with broadcasting: the reciprocal in fixed point, then the scales' multiplier, rounded as the reference
 * rounds. x / 0, where the reference stops, is the output's zero point; so is a quotient too small for 31 bits. No
 * scratch; may run in place over an input of the output's size. Refuses shapes that do not broadcast, fused activations
 * as ef_dense.h, and scales whose ratio is 2^23 or more. */
#include "ef_broadcast.h"
#include "ef_dense.h"
#include "ef_fixed_exp.h"
#include "ef_operators.h"
#include "ef_requantize.h"

#define GREATEST_SHIFT 23

struct record {
    struct ef_broadcast broadcast;
    int32_t multiplier, shift;
    int16_t a_zero_point, b_zero_point, out_zero_point, min, max, reserved;
};

enum ef_status ef_div_s8_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    const float below = ef_float_ratio(b.scale, out.scale, 1.0f); /* floats in the reference, too */
    const float ratio = below > 0.0f ? ef_float_ratio(a.scale, 1.0f, below) : 0.0f;
    if (!(ratio > 0.0f && ratio < (float)(1 << GREATEST_SHIFT)))
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0), EF_TEXT("the scales' ratio is out of range"), 0,
                         0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    int32_t min, max;
    ef_activation_range(activation, out.scale, out.zero_point, INT8_MIN, INT8_MAX, &min, &max);
    record->broadcast = broadcast;
    ef_multiplier_of_scales(ratio, 1.0f, 1.0f, &record->multiplier, &record->shift);
    record->a_zero_point = (int16_t)a.zero_point;
    record->b_zero_point = (int16_t)b.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    record->reserved = 0;
    return EF_OK;
}

/* Bits of a number in 0..255. */
static int32_t width(int32_t x) {
    int32_t bits = 0;
    for (; x > 0; x >>= 1) bits++;
    return bits;
}

/* a / b in the output's steps; -255 <= a, b <= 255. */
static int32_t quotient(const struct record *record, int32_t a, int32_t b) {
    if (b == 0 || a == 0) return 0;
    if (b < 0) {
        a = -a;
        b = -b;
    }
    const int32_t b_bits = width(b), headroom = 31 - width(a < 0 ? -a - 1 : a);
    const int32_t fraction = (int32_t)(((uint32_t)b << (32 - b_bits)) - (UINT32_C(1) << 31));
    const int32_t inverse = ef_fixed_reciprocal(fraction);
    const int32_t unscaled = ef_doubling_high_mul((int32_t)((uint32_t)a << headroom), inverse);
    const int32_t right = headroom + (b_bits - 1) - record->shift;
    return right > 31 ? 0 : ef_rounding_divide_by_pot(ef_doubling_high_mul(unscaled, record->multiplier), right);
}

void ef_div_s8_invoke(const struct ef_call *call) {
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
            const int32_t value = quotient(record, *pa - record->a_zero_point, *pb - record->b_zero_point);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(value, record->out_zero_point), record->min, record->max);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
