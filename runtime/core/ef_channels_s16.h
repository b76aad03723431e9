/* From an int64 sum to an int16 output channel: the multipliers of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with
 * int16 activations, per tensor or per channel. They stand at the end of a record: `struct ef_channels_s16`, then
 * `count` multipliers of 15 bits (uint16_t), then `count` shifts (int8_t). */
#ifndef EF_CHANNELS_S16_H
#define EF_CHANNELS_S16_H

#include "ef_dot_s16.h"
#include "ef_kernel.h"
#include "ef_requantize.h"

struct ef_channels_s16 {
    int16_t min, max;
    uint32_t count; /* 1, or one a channel */
};

/* Bytes of the struct and what follows it. */
static inline uint32_t ef_channels_s16_bytes(uint32_t count) {
    return ((uint32_t)sizeof(struct ef_channels_s16) + 3u * count + 3u) & ~3u;
}

/* Refuses multipliers of 2^7 and more, which 48-bit sums do not allow. */
enum ef_status ef_channels_s16_check(struct ef_context *context, const struct ef_tensor *in,
                                     const struct ef_tensor *weights, const struct ef_tensor *out);

/* Fill it from the scales of input, weights and output, and the fused activation. */
void ef_channels_s16_prepare(struct ef_channels_s16 *channels, const struct ef_tensor *in,
                             const struct ef_tensor *weights, const struct ef_tensor *out, int32_t activation);

/* Sum that wraps: a bias may be as large as an int64. */
static inline int64_t ef_channels_s16_add(int64_t sum, int32_t x) { return (int64_t)((uint64_t)sum + (uint64_t)x); }

/* sum[j] becomes the int64 bias of channel `channel` + j, or 0 where there is none. */
void ef_channels_s16_begin(const void *bias, uint32_t channel, uint32_t count, int64_t *sum);

/* One output channel's multiplier: 15 bits, and how far its product with a sum is shifted right (8 to 46). Where that is
 * 16 to 32, `shifted` is the multiplier for a shift by 32, else 0. */
struct ef_channel_s16 {
    uint32_t multiplier;
    int32_t right, shifted, min, max;
};

static inline struct ef_channel_s16 ef_channel_s16(const struct ef_channels_s16 *channels, uint32_t channel) {
    const uint16_t *multipliers = (const uint16_t *)(const void *)(channels + 1);
    const int8_t *shifts = (const int8_t *)(multipliers + channels->count);
    const uint32_t i = channels->count > 1u ? channel : 0u;
    const int32_t right = 15 - shifts[i];
    const uint32_t spare = 32u - (uint32_t)right;
    const struct ef_channel_s16 one = {multipliers[i], right,
                                       spare <= 16u ? (int32_t)((uint32_t)multipliers[i] << spare) : 0, channels->min,
                                       channels->max};
    return one;
}

/* The int64 bias of a channel, or 0 where there is none. */
static inline int64_t ef_channels_s16_bias(const void *bias, uint32_t channel) {
    return bias ? ef_load_i64((const uint8_t *)bias + 8u * channel) : 0;
}

/* sum * multiplier / 2^right, halves up; beyond 32 bits it wraps. */
int32_t ef_channels_s16_any(uint32_t multiplier, int32_t right, int64_t sum);

/* An output from a sum: scaled, rounded half up, clamped. */
static inline int16_t ef_channels_s16_scale(const struct ef_channel_s16 *one, int64_t sum) {
    int32_t value;
    if (sum == (int32_t)sum && one->shifted != 0)
#if EF_HAVE_DSP
        value = ef_dsp_high_mul_rounded((int32_t)sum, one->shifted);
#else
        value = (int32_t)(((int64_t)(int32_t)sum * one->shifted + (INT64_C(1) << 31)) >> 32);
#endif
    else
        value = ef_channels_s16_any(one->multiplier, one->right, sum);
    return (int16_t)ef_clamp(value, one->min, one->max);
}

/* out[j] from sum[j] for the `count` channels from `channel` on. */
void ef_channels_s16_store(const struct ef_channels_s16 *channels, uint32_t channel, uint32_t count, const int64_t *sum,
                           int16_t *out);

/* sum[j] += sum over k < n of x[k] * w[j][k], j < 4. */
void ef_dot4_s16(const int16_t *x, const int8_t *const w[4], uint32_t n, int64_t sum[4]);

#endif /* EF_CHANNELS_S16_H */
