/* SUM, int8, over any axes: the sum of (x - zero_point) brought to the output's scale in float, as LiteRT's optimized kernel
 * has it (its reference kernel gives no sums). No scratch. Refuses what ef_reduce_prepare() refuses. */
#include "ef_operators.h"
#include "ef_reduce.h"
#include "ef_requantize.h"

struct record {
    struct ef_reduce reduce;
    float scale, bias;
    int32_t out_zero_point;
};

enum ef_status ef_sum_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    struct ef_reduce reduce;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_reduce_prepare(context, &reduce);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    const float scale = ef_float_ratio(in.scale, 1.0f, out.scale), n = (float)(in.elements / out.elements);
    const float step = (float)-in.zero_point * scale, bias = step * n;
    record->reduce = reduce;
    record->scale = scale;
    record->bias = bias;
    record->out_zero_point = out.zero_point;
    return EF_OK;
}

static int32_t rounded(float x) {
    const float size = x < 0.0f ? -x : x;
    int32_t whole = size < 1e9f ? (int32_t)size : 1000000000;
    if (size - (float)whole >= 0.5f) whole++;
    return x < 0.0f ? -whole : whole;
}

void ef_sum_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_reduce *reduce = &record->reduce;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t o = 0; o < reduce->outputs; o++) {
        const int8_t *first = in + ef_reduce_origin(reduce, o);
        int32_t sum = 0;
        for (uint32_t r = 0; r < reduce->runs; r++) {
            const int8_t *x = first + ef_reduce_run(reduce, r);
            for (uint32_t i = reduce->run; i > 0; i--, x += reduce->run_step) sum += *x;
        }
        const float scaled = (float)sum * record->scale, value = scaled + record->bias;
        out[o] = (int8_t)ef_clamp(rounded(value) + record->out_zero_point, INT8_MIN, INT8_MAX);
    }
}
