/* MUL, int16, with broadcasting and a fused activation. No scratch; may run in place over an input of the output's size.
 * Refuses shapes that do not broadcast and what ef_dense.h refuses. */
#include "ef_broadcast.h"
#include "ef_dense.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    int32_t multiplier, shift;
    int16_t min, max;
};

enum ef_status ef_mul_s16_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    const float ratio = ef_float_ratio(a.scale, b.scale, out.scale); /* the reference divides floats here */
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if (!(ratio > 0.0f) || ratio > 1e30f)
        return ef_refuse(context, EF_NOT_FINITE, EF_OUTPUT(0), EF_TEXT("the scales' ratio is out of range"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    int32_t min, max;
    record->broadcast = broadcast;
    ef_multiplier_of_scales(ratio, 1.0f, 1.0f, &record->multiplier, &record->shift);
    ef_activation_range(activation, out.scale, 0, INT16_MIN, INT16_MAX, &min, &max);
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    return EF_OK;
}

void ef_mul_s16_invoke(const struct ef_call *call) {
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
            const int32_t scaled = ef_requantize(*pa * *pb, record->multiplier, record->shift);
            *out++ = (int16_t)ef_clamp(scaled, record->min, record->max);
        }
    } while (ef_broadcast_next(broadcast, &at));
}
