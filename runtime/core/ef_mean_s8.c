/* MEAN, int8, over any axes: the sum of (x - zero_point) brought to the output's scale by one multiplier that holds
 * 1/n, rounded twice, as the reference does. No scratch. A whole image may come row by row: sums wrap, so their order does
 * not matter. Refuses axes beyond the rank and what ef_reduce_prepare()
 * refuses. */
#include "ef_mve.h"
#include "ef_operators.h"
#include "ef_reduce.h"
#include "ef_requantize.h"
#if EF_HAVE_MVE
#include <arm_mve.h>
#endif

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

static int8_t mean(const struct record *record, uint32_t sum) {
    const int32_t scaled = rescale((int32_t)(sum - (uint32_t)record->offset), record->multiplier, record->shift);
    return (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
}

#if EF_HAVE_DSP
#define LONG_RUN 32u /* neighbouring values from which four at a time pay */

/* sum[j] += x[j] + x[step + j] + ..., j < 4: six instructions for four values, with Helium two. */
#if EF_HAVE_MVE
static void add_columns(const int8_t *x, uint32_t step, uint32_t count, uint32_t sum[4]) {
    uint32x4_t sums = vldrwq_u32(sum);
    for (; count > 0; count--, x += step) sums = vaddq_u32(sums, vreinterpretq_u32_s32(vldrbq_s32(x)));
    vstrwq_u32(sum, sums);
}
#else
#define BLOCK 255u /* bytes whose sum 16 bits hold */

static void add_columns(const int8_t *x, uint32_t step, uint32_t count, uint32_t sum[4]) {
    while (count > 0) {
        const uint32_t block = count < BLOCK ? count : BLOCK;
        uint32_t even = 0, odd = 0;
        for (uint32_t i = block; i > 0; i--, x += step) {
            const uint32_t bytes = ef_dsp_load(x);
            even = ef_dsp_even_plus(even, bytes);
            odd = ef_dsp_odd_plus(odd, bytes);
        }
        sum[0] += (uint32_t)(int16_t)even;
        sum[1] += (uint32_t)(int16_t)odd;
        sum[2] += (uint32_t)((int32_t)even >> 16);
        sum[3] += (uint32_t)((int32_t)odd >> 16);
        count -= block;
    }
}
#endif

/* The sums of output `o` and, where their inputs lie beside its own, of the three after it: says how many. */
static uint32_t sums_of(const struct ef_reduce *reduce, const int8_t *in, uint32_t o, uint32_t sum[4]) {
    const uint32_t origin = ef_reduce_origin(reduce, o);
    const uint32_t made = reduce->run_step > 1u && o + 4u <= reduce->outputs &&
                                  ef_reduce_origin(reduce, o + 3u) == origin + 3u
                              ? 4u
                              : 1u;
    for (uint32_t j = 0; j < 4u; j++) sum[j] = 0;
    for (uint32_t r = 0; r < reduce->runs; r++) {
        const int8_t *x = in + origin + ef_reduce_run(reduce, r);
        if (made == 4u) {
            add_columns(x, reduce->run_step, reduce->run, sum);
            continue;
        }
        uint32_t left = reduce->run;
        if (reduce->run_step == 1u) {
            add_columns(x, 4, left / 4u, sum);
            x += left & ~3u;
            left &= 3u;
        }
        for (; left > 0; left--, x += reduce->run_step) {
            const int32_t value = *x;
            sum[0] += (uint32_t)value;
        }
    }
    if (made == 1u) sum[0] += sum[1] + sum[2] + sum[3];
    return made;
}
#endif

void ef_mean_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_reduce *reduce = &record->reduce;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    uint32_t o = 0;
#if EF_HAVE_DSP
    for (uint32_t made; (reduce->run_step > 1u || reduce->run >= LONG_RUN) && o < reduce->outputs; o += made) {
        uint32_t sum[4];
        made = sums_of(reduce, in, o, sum);
        for (uint32_t j = 0; j < made; j++) out[o + j] = mean(record, sum[j]);
    }
#endif
    for (; o < reduce->outputs; o++) {
        const int8_t *first = in + ef_reduce_origin(reduce, o);
        uint32_t sum = 0;
        for (uint32_t r = 0; r < reduce->runs; r++) {
            const int8_t *x = first + ef_reduce_run(reduce, r);
            for (uint32_t i = reduce->run; i > 0; i--, x += reduce->run_step) {
                const int32_t value = *x;
                sum += (uint32_t)value;
            }
        }
        out[o] = mean(record, sum);
    }
}

int ef_mean_s8_take(const struct ef_call *call, uint32_t y, uint32_t rows) {
    const struct record *record = call->record;
    const struct ef_reduce *reduce = &record->reduce;
    const uint32_t channels = reduce->outputs, columns = reduce->run / rows;
    if (y == rows) return reduce->runs == 1u && reduce->run_step == channels && columns * rows == reduce->run;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    uint32_t *kept = call->scratch;
    for (uint32_t c = 0; c < channels; c++) {
        uint32_t sum = y == 0 ? 0 : kept[c];
        const int8_t *x = in + c;
        for (uint32_t i = columns; i > 0; i--, x += channels) {
            const int32_t value = *x;
            sum += (uint32_t)value;
        }
        kept[c] = sum;
        if (y + 1u == rows) out[c] = mean(record, sum);
    }
    return 1;
}
