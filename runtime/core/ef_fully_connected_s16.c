/* FULLY_CONNECTED, int16 by int8 weights: [..., K] by weights [O, K], int64 bias [O] or none, to [..., O]. Output channels
 * are made four at a time. No scratch. The reference multiplies each sum by a double and rounds halves away from zero; so
 * does this, in integers. Refuses shuffled or sparse weights, sizes that do not belong together, and what ef_dense.h
 * refuses. */
#include "ef_channels_s16.h"
#include "ef_dense.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth, channels;
    int16_t min, max;
    uint32_t count; /* of reals: 1, or one a channel */
    struct ef_packed_real reals[1];
};

enum ef_status ef_fully_connected_s16_prepare(struct ef_context *context) {
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
    ef_activation_range(activation, out.scale, 0, INT16_MIN, INT16_MAX, &min, &max);
    record->rows = in.elements / depth;
    record->depth = depth;
    record->channels = channels;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    record->count = count;
    for (uint32_t i = 0; i < count; i++)
        record->reals[i] = ef_real_pack(ef_real_of_scales(in.scale, ef_tensor_scale(&weights, i), out.scale));
    return EF_OK;
}

/* The product's upper and lower 64 bits. */
static void multiply(uint64_t magnitude, struct ef_real real, uint64_t *upper, uint64_t *lower) {
    const uint64_t m0 = (uint32_t)magnitude, m1 = magnitude >> 32;
    const uint64_t low = m0 * real.low, middle = m1 * real.low + (low >> 32);
    const uint64_t other = m0 * real.high + (uint32_t)middle;
    *upper = (middle >> 32) + (other >> 32) + m1 * real.high;
    *lower = other << 32 | (uint32_t)low;
}

/* sum * real rounded to a double and then to an integer, halves away from zero; INT32_MIN when that is no int32. */
static int32_t scaled(int64_t sum, struct ef_real real) {
    const uint64_t magnitude = sum < 0 ? 0u - (uint64_t)sum : (uint64_t)sum;
    if (magnitude >> 32 == 0u) return ef_requantize_exactly((uint32_t)magnitude, sum < 0, real);
    uint64_t upper, lower;
    multiply(magnitude, real, &upper, &lower);
    int32_t drop = 32; /* to 53 bits, ties to even; the product has 85 at least */
    while (upper >> (drop - 11) != 0u) drop++;
    const uint64_t rest = lower & ((UINT64_C(1) << drop) - 1u), half = UINT64_C(1) << (drop - 1);
    uint64_t significand = upper << (64 - drop) | lower >> drop;
    if (rest > half || (rest == half && (significand & 1u) != 0u)) significand++;
    const int32_t exponent = real.exponent + drop;
    if (exponent >= 0) return INT32_MIN;
    if (exponent < -60) return 0;
    const uint64_t whole = (significand + (UINT64_C(1) << (-exponent - 1))) >> -exponent;
    if (whole > (uint64_t)INT32_MAX) return INT32_MIN;
    return sum < 0 ? -(int32_t)whole : (int32_t)whole;
}

void ef_fully_connected_s16_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    const uint32_t depth = record->depth, channels = record->channels;
    for (uint32_t row = 0; row < record->rows; row++, in += depth, out += channels) {
        const int8_t *w = call->inputs[1];
        for (uint32_t o = 0; o < channels; o += 4u, w += 4u * depth) {
            const uint32_t left = channels - o < 4u ? channels - o : 4u;
            const int8_t *const w4[4] = {w, left > 1u ? w + depth : w, left > 2u ? w + 2u * depth : w,
                                         left > 3u ? w + 3u * depth : w};
            int64_t sum[4] = {0, 0, 0, 0};
            ef_channels_s16_begin(call->inputs[2], o, left, sum);
            ef_dot4_s16(in, w4, depth, sum);
            for (uint32_t j = 0; j < left; j++) {
                const struct ef_packed_real real = record->reals[record->count > 1u ? o + j : 0u];
                const int32_t value = sum[j] == (int32_t)sum[j] ? ef_requantize_packed((int32_t)sum[j], real)
                                                                : scaled(sum[j], ef_real_unpack(real));
                out[o + j] = (int16_t)ef_clamp(value, record->min, record->max);
            }
        }
    }
}
