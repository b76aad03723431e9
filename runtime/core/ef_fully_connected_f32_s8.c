/* FULLY_CONNECTED, float32 activations by int8 weights [O, K], float32 bias [O] or none: [..., K] to [..., O]. Each row of
 * K is quantized by itself into the scratch, symmetric unless the model asks otherwise.
 * Refuses shuffled weights, sizes that do not belong together, and what ef_dense.h refuses. */
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_dot_s8.h"
#include "ef_hybrid.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth, channels;
    uint16_t asymmetric, reserved;
    float min, max;
    uint32_t count; /* of scales: 1, or one a channel */
    float scales[1];
};

enum ef_status ef_fully_connected_f32_s8_prepare(struct ef_context *context) {
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
    ef_need_scratch(context, EF_HYBRID_SCRATCH(depth));
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    struct record *record =
        ef_need_record(context, (uint32_t)(offsetof(struct record, scales) + count * sizeof record->scales[0]));
    if (!record) return EF_OK;
    record->rows = in.elements / depth;
    record->depth = depth;
    record->channels = channels;
    record->asymmetric = ef_option_i8(context, 3, 0) != 0;
    record->reserved = 0u;
    ef_activation_range_f32(activation, &record->min, &record->max);
    record->count = count;
    for (uint32_t i = 0; i < count; i++) record->scales[i] = ef_tensor_scale(&weights, i);
    return EF_OK;
}

void ef_fully_connected_f32_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_hybrid *hybrid = call->scratch;
    const float *in = call->inputs[0];
    const float *bias = call->inputs[2];
    float *out = call->outputs[0];
    const uint32_t depth = record->depth, channels = record->channels;
    for (uint32_t n = 0; n < record->rows; n++, in += depth) {
        const int8_t *w = call->inputs[1];
        ef_hybrid_quantize(in, depth, record->asymmetric, call->scratch);
        for (uint32_t o = 0; o < channels; o += 4u, w += 4u * depth) {
            const uint32_t left = channels - o;
            const int8_t *const w4[4] = {w, left > 1u ? w + depth : w, left > 2u ? w + 2u * depth : w,
                                         left > 3u ? w + 3u * depth : w};
            uint32_t sum[4] = {0u, 0u, 0u, 0u};
            ef_dot4_s8(ef_hybrid_values(hybrid), w4, depth, hybrid->offset, sum);
            for (uint32_t j = 0; j < 4u && j < left; j++) {
                const float scale = record->scales[record->count > 1u ? o + j : 0u] * hybrid->scale;
                const float value = (float)(int32_t)sum[j] * scale + (bias ? bias[o + j] : 0.0f);
                *out++ = ef_clamp_f32(value, record->min, record->max);
            }
        }
    }
}
