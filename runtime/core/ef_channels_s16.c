/* Sums and output multipliers of operators with int16 activations; see the header. */
#include "ef_channels_s16.h"

#include "ef_requantize.h"

#define GREATEST_SHIFT 7

enum ef_status ef_channels_s16_check(struct ef_context *context, const struct ef_tensor *in,
                                     const struct ef_tensor *weights, const struct ef_tensor *out) {
    const uint32_t count = weights->scale_count > 1u ? weights->scale_count : 1u;
    for (uint32_t i = 0; i < count; i++) {
        int32_t multiplier, shift;
        ef_multiplier_of_scales(in->scale, ef_tensor_scale(weights, i), out->scale, &multiplier, &shift);
        if (shift > GREATEST_SHIFT)
            return ef_refuse(context, EF_UNSUPPORTED_OPTION, 1, EF_TEXT("scale # is too large for the output's"),
                             (int32_t)i, 0);
    }
    return EF_OK;
}

void ef_channels_s16_prepare(struct ef_channels_s16 *channels, const struct ef_tensor *in,
                             const struct ef_tensor *weights, const struct ef_tensor *out, int32_t activation) {
    const uint32_t count = weights->scale_count > 1u ? weights->scale_count : 1u;
    uint16_t *multipliers = (uint16_t *)(void *)(channels + 1);
    int8_t *shifts = (int8_t *)(multipliers + count);
    int32_t min, max;
    ef_activation_range(activation, out->scale, 0, INT16_MIN, INT16_MAX, &min, &max);
    channels->min = (int16_t)min;
    channels->max = (int16_t)max;
    channels->count = count;
    for (uint32_t i = 0; i < count; i++) {
        int32_t multiplier, shift;
        ef_multiplier_of_scales(in->scale, ef_tensor_scale(weights, i), out->scale, &multiplier, &shift);
        multipliers[i] = (uint16_t)(multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : 0x7fff);
        shifts[i] = (int8_t)shift;
    }
}

void ef_channels_s16_begin(const void *bias, uint32_t channel, uint32_t count, int64_t *sum) {
    for (uint32_t j = 0; j < count; j++)
        sum[j] = ef_channels_s16_bias(bias, channel + j);
}

EF_OWN_FRAME int32_t ef_channels_s16_any(uint32_t multiplier, int32_t right, int64_t sum) {
    const uint64_t scaled = (uint64_t)sum * multiplier + (UINT64_C(1) << (right - 1));
    return (int32_t)(uint32_t)((int64_t)scaled >> right); /* the reference wraps */
}

void ef_channels_s16_store(const struct ef_channels_s16 *channels, uint32_t channel, uint32_t count, const int64_t *sum,
                           int16_t *out) {
    for (uint32_t j = 0; j < count; j++) {
        const struct ef_channel_s16 one = ef_channel_s16(channels, channel + j);
        out[j] = ef_channels_s16_scale(&one, sum[j]);
    }
}

void ef_dot4_s16(const int16_t *x, const int8_t *const w[4], uint32_t n, int64_t sum[4]) {
    for (uint32_t from = 0; from < n; from += EF_S16_BLOCK) {
        const uint32_t to = n - from < EF_S16_BLOCK ? n : from + EF_S16_BLOCK;
        uint32_t k = from;
        int32_t s[4] = {0, 0, 0, 0};
#if EF_HAVE_DSP
        const uint32_t whole = (to - from) & ~3u;
        if (whole > 0) {
            const int8_t *const v[4] = {w[0] + from, w[1] + from, w[2] + from, w[3] + from};
            k += whole;
            ef_dot4_words_s16(x + from, v, x + k, s);
        }
#endif
        int32_t s0 = s[0], s1 = s[1], s2 = s[2], s3 = s[3];
        for (; k < to; k++) {
            const int32_t value = x[k];
            s0 += value * w[0][k];
            s1 += value * w[1][k];
            s2 += value * w[2][k];
            s3 += value * w[3][k];
        }
        sum[0] = ef_channels_s16_add(sum[0], s0);
        sum[1] = ef_channels_s16_add(sum[1], s1);
        sum[2] = ef_channels_s16_add(sum[2], s2);
        sum[3] = ef_channels_s16_add(sum[3], s3);
    }
}
