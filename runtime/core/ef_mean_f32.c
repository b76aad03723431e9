/* MEAN, float32, over any axes. No scratch. Refuses what ef_reduce_prepare() refuses. */
#include "ef_operators.h"
#include "ef_reduce.h"

enum ef_status ef_mean_f32_prepare(struct ef_context *context) {
    struct ef_reduce reduce;
    const enum ef_status status = ef_reduce_prepare(context, &reduce);
    if (status != EF_OK) return status;
    struct ef_reduce *record = ef_need_record(context, sizeof *record);
    if (record) *record = reduce;
    return EF_OK;
}

void ef_mean_f32_invoke(const struct ef_call *call) {
    const struct ef_reduce *reduce = call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    const float count = (float)reduce->runs * (float)reduce->run;
    for (uint32_t o = 0; o < reduce->outputs; o++) {
        const float *first = in + ef_reduce_origin(reduce, o);
        float sum = 0.0f;
        for (uint32_t r = 0; r < reduce->runs; r++) {
            const float *x = first + ef_reduce_run(reduce, r);
            for (uint32_t i = reduce->run; i > 0; i--, x += reduce->run_step) sum += *x;
        }
        out[o] = sum / count;
    }
}
