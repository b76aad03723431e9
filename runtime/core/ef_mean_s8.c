/* MEAN, int8, over any axes: the sum of (x - zero_point) brought to the output's scale by one multiplier that holds
 * 1/n, rounded twice, as the reference does. No scratch. Refuses axes beyond the rank and what ef_reduce_prepare()
 * refuses. */
#include "ef_operators.h"
#include "ef_reduce.h"
#include "ef_requantize.h"

struct record {
    struct ef_reduce reduce;
    int32_t multiplier, shift;
    int32_t offset; /* n times the input's zero point */
    int32_t out_zero_point;
};

enum ef_status ef_mean_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    struct ef_reduce reduce;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_reduce_prepare(context, &reduce);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    const uint32_t n = in.elements / out.elements;
    int32_t multiplier, shift, bits = 0;
    ef_multiplier_of_scales(in.scale, 1.0f, out.scale, &multiplier, &shift);
    while (bits < 31 && n >> (bits + 1)) bits++;
    if (bits > 31 + shift) bits = 31 + shift;
    record->reduce = reduce;
    record->multiplier = (int32_t)(((uint64_t)(uint32_t)multiplier << bits) / n);
    record->shift = shift - bits;
    record->offset = (int32_t)(n * (uint32_t)in.zero_point);
    record->out_zero_point = out.zero_point;
    return EF_OK;
}

/* ef_requantize() for multipliers below 2^30. */
static int32_t rescale(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    return ef_rounding_divide_by_pot(ef_doubling_high_mul((int32_t)((uint32_t)x << left), multiplier), right);
}

void ef_mean_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_reduce *reduce = &record->reduce;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t o = 0; o < reduce->outputs; o++) {
        const int8_t *first = in + ef_reduce_origin(reduce, o);
        uint32_t sum = 0;
        for (uint32_t r = 0; r < reduce->runs; r++) {
            const int8_t *x = first + ef_reduce_run(reduce, r);
            for (uint32_t i = reduce->run; i > 0; i--, x += reduce->run_step) {
                const int32_t value = *x;
                sum += (uint32_t)value;
            }
        }
        const int32_t scaled = rescale((int32_t)(sum - (uint32_t)record->offset), record->multiplier, record->shift);
        out[o] = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
    }
}
