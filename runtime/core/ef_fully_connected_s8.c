/* FULLY_CONNECTED, int8: [..., K] by weights [O, K], int32 bias [O] or none, to [..., O]. Rows are the input's elements
 * over K. Output channels are made four at a time. No scratch.
 * LiteRT's reference multiplies each sum by a double and rounds halves away from zero; so does this, in integers.
 * -DEF_TFLM_FULLY_CONNECTED=1 rounds twice with a Q31 multiplier instead, as TensorFlow Lite Micro does.
 * Refuses shuffled or sparse weights, sizes that do not belong together, and what ef_dense.h refuses. */
#include "ef_dense.h"
#include "ef_dot_s8.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth, channels;
    int16_t in_zero_point, out_zero_point;
    int16_t min, max;
    uint32_t count; /* of reals: 1, or one a channel */
    struct ef_packed_real reals[1];
};

enum ef_status ef_fully_connected_s8_prepare(struct ef_context *context) {
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
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    struct record *record =
        ef_need_record(context, (uint32_t)(offsetof(struct record, reals) + count * sizeof record->reals[0]));
    if (!record) return EF_OK;
    int32_t min, max;
    ef_activation_range(activation, out.scale, out.zero_point, INT8_MIN, INT8_MAX, &min, &max);
    record->rows = in.elements / depth;
    record->depth = depth;
    record->channels = channels;
    record->in_zero_point = (int16_t)in.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    record->count = count;
    for (uint32_t i = 0; i < count; i++)
        record->reals[i] = ef_real_pack(ef_real_of_scales(in.scale, ef_tensor_scale(&weights, i), out.scale));
    return EF_OK;
}

/* Of all channels. */
struct limits {
    int32_t zero_point, min, max;
};

/* The output of a sum. */
static inline int8_t output(struct limits limits, struct ef_packed_real real, uint32_t sum) {
#if EF_TFLM_FULLY_CONNECTED
    int32_t multiplier, shift;
    ef_multiplier_of_real(ef_real_unpack(real), &multiplier, &shift);
    const int32_t scaled = ef_requantize((int32_t)sum, multiplier, shift);
#else
    const int32_t scaled = ef_requantize_packed((int32_t)sum, real);
#endif
    return (int8_t)ef_clamp(ef_wrapping_add(scaled, limits.zero_point), limits.min, limits.max);
}

void ef_fully_connected_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const struct limits limits = {record->out_zero_point, record->min, record->max};
    const int32_t zero_point = record->in_zero_point;
    const uint32_t depth = record->depth, channels = record->channels, step = record->count > 1u ? 1u : 0u;
    for (uint32_t row = 0; row < record->rows; row++, in += depth) {
        const int8_t *w = call->inputs[1];
        const int32_t *bias = call->inputs[2];
        const struct ef_packed_real *real = record->reals;
        uint32_t left = channels;
        for (; left >= 4u; left -= 4u, w += 4u * depth, out += 4) {
            const int8_t *const w4[4] = {w, w + depth, w + 2u * depth, w + 3u * depth};
            uint32_t sum[4] = {0, 0, 0, 0};
            if (bias != NULL) {
                for (uint32_t j = 0; j < 4u; j++) sum[j] = (uint32_t)bias[j];
                bias += 4;
            }
            ef_dot4_s8(in, w4, depth, zero_point, sum);
            for (uint32_t j = 0; j < 4u; j++, real += step) out[j] = output(limits, *real, sum[j]);
        }
        if (left > 0) {
            const int8_t *const w4[4] = {w, left > 1u ? w + depth : w, left > 2u ? w + 2u * depth : w, w};
            uint32_t sum[4] = {0, 0, 0, 0};
            for (uint32_t j = 0; bias != NULL && j < left; j++) sum[j] = (uint32_t)bias[j];
            ef_dot4_s8(in, w4, depth, zero_point, sum);
            for (uint32_t j = 0; j < left; j++, real += step) *out++ = output(limits, *real, sum[j]);
        }
    }
}
