/* Sums and output multipliers of operators with int16 activations; see the header. */
#include "ef_channels_s16.h"

#include "ef_requantize.h"

#define GREATEST_SHIFT 7
#define BLOCK 256u /* products of 22 bits that an int32 holds */

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
        sum[j] = bias ? ef_load_i64((const uint8_t *)bias + 8u * (channel + j)) : 0;
}

void ef_channels_s16_store(const struct ef_channels_s16 *channels, uint32_t channel, uint32_t count, const int64_t *sum,
                           int16_t *out) {
    const uint16_t *multipliers = (const uint16_t *)(const void *)(channels + 1);
    const int8_t *shifts = (const int8_t *)(multipliers + channels->count);
    for (uint32_t j = 0; j < count; j++) {
        const uint32_t i = channels->count > 1u ? channel + j : 0u;
        const int32_t right = 15 - shifts[i];
        const uint64_t scaled = (uint64_t)sum[j] * multipliers[i] + (UINT64_C(1) << (right - 1));
        const int32_t value = (int32_t)(uint32_t)((int64_t)scaled >> right); /* beyond 32 bits the reference wraps */
        out[j] = (int16_t)ef_clamp(value, channels->min, channels->max);
    }
}

void ef_dot4_s16(const int16_t *x, const int8_t *const w[4], uint32_t n, int64_t sum[4]) {
    for (uint32_t from = 0; from < n; from += BLOCK) {
        const uint32_t to = n - from < BLOCK ? n : from + BLOCK;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (uint32_t k = from; k < to; k++) {
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
