/* ADD, float32, with broadcasting and a fused activation. No scratch; may run in place over an input of the output's
 * size. Refuses shapes that do not broadcast and what ef_dense.h refuses. */
#include "ef_broadcast.h"
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_broadcast broadcast;
    float min, max;
};

enum ef_status ef_add_f32_prepare(struct ef_context *context) {
    struct ef_broadcast broadcast;
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->broadcast = broadcast;
    ef_activation_range_f32(activation, &record->min, &record->max);
    return EF_OK;
}

void ef_add_f32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const float *const a = call->inputs[0], *const b = call->inputs[1];
    float *out = call->outputs[0];
    const uint32_t run = record.broadcast.count[record.broadcast.levels - 1u];
    const uint32_t a_step = ef_broadcast_step(&record.broadcast, record.broadcast.a);
    const uint32_t b_step = ef_broadcast_step(&record.broadcast, record.broadcast.b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const float *pa = a + at.a, *pb = b + at.b;
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step)
            *out++ = ef_clamp_f32(*pa + *pb, record.min, record.max);
    } while (ef_broadcast_next(&record.broadcast, &at));
}
