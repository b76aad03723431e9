/* FULLY_CONNECTED, float32: [..., K] by weights [O, K], bias [O] or none, to [..., O]. Rows are the input's elements
 * over K. Output channels are made four at a time. No scratch.
 * Refuses shuffled or sparse weights, sizes that do not belong together, and what ef_dense.h refuses. */
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_dot_f32.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth, channels;
    float min, max;
};

enum ef_status ef_fully_connected_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, weights, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &weights);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    const int32_t format = ef_option_i8(context, 1, 0);
    const uint32_t depth = (uint32_t)weights.dims[1], channels = (uint32_t)weights.dims[0];
    if (format != 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, 1, EF_TEXT("weights format # is not the default"), format, 0);
    if (in.elements % depth != 0)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 0, EF_TEXT("# values are no multiple of # weights a channel"),
                         (int32_t)in.elements, (int32_t)depth);
    if (out.dims[out.rank - 1] != (int32_t)channels || out.elements / channels != in.elements / depth)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# outputs do not follow from # inputs"),
                         (int32_t)out.elements, (int32_t)in.elements);
    enum ef_status status = ef_dense_check_activation(context, activation);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_bias(context, (int32_t)channels)) != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->rows = in.elements / depth;
    record->depth = depth;
    record->channels = channels;
    ef_activation_range_f32(activation, &record->min, &record->max);
    return EF_OK;
}

void ef_fully_connected_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const float *in = call->inputs[0];
    const float *bias = call->inputs[2];
    float *out = call->outputs[0];
    const uint32_t depth = record->depth, channels = record->channels;
    for (uint32_t row = 0; row < record->rows; row++, in += depth) {
        const float *w = call->inputs[1];
        for (uint32_t o = 0; o < channels; o += 4u, w += 4u * depth) {
            const uint32_t left = channels - o;
            const float *const w4[4] = {w, left > 1u ? w + depth : w, left > 2u ? w + 2u * depth : w,
                                         left > 3u ? w + 3u * depth : w};
            float sum[4];
            for (uint32_t j = 0; j < 4u; j++) sum[j] = bias && j < left ? bias[o + j] : 0.0f;
            ef_dot4_f32(in, w4, depth, sum);
            for (uint32_t j = 0; j < 4u && j < left; j++) *out++ = ef_clamp_f32(sum[j], record->min, record->max);
        }
    }
}
