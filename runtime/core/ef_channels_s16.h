/* From an int64 sum to an int16 output channel: the multipliers of CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with
 * int16 activations, per tensor or per channel. They stand at the end of a record: `struct ef_channels_s16`, then
 * `count` multipliers of 15 bits (uint16_t), then `count` shifts (int8_t). */
#ifndef EF_CHANNELS_S16_H
#define EF_CHANNELS_S16_H

#include "ef_kernel.h"

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

/* out[j] from sum[j] for the `count` channels from `channel` on. */
void ef_channels_s16_store(const struct ef_channels_s16 *channels, uint32_t channel, uint32_t count, const int64_t *sum,
                           int16_t *out);

/* sum[j] += sum over k < n of x[k] * w[j][k], j < 4. */
void ef_dot4_s16(const int16_t *x, const int8_t *const w[4], uint32_t n, int64_t sum[4]);

#endif /* EF_CHANNELS_S16_H */
