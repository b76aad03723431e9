/* From an int32 sum to an int8 output channel: the multipliers of CONV_2D and DEPTHWISE_CONV_2D, per tensor or per
 * channel. They stand at the end of a record: `struct ef_channels_s8`, then `count` multipliers (int32_t), then `count`
 * shifts (int8_t). */
#ifndef EF_CHANNELS_S8_H
#define EF_CHANNELS_S8_H

#include "ef_kernel.h"
#include "ef_requantize.h"

struct ef_channels_s8 {
    int16_t in_zero_point, out_zero_point;
    int16_t min, max;
    uint16_t count;        /* 1, or one a channel */
    uint16_t right_shifts; /* 1: every shift is -2 or less, so that no sum is shifted left */
};

static inline const int32_t *ef_channels_s8_multipliers(const struct ef_channels_s8 *channels) {
    return (const int32_t *)(const void *)(channels + 1);
}

static inline const int8_t *ef_channels_s8_shifts(const struct ef_channels_s8 *channels) {
    return (const int8_t *)(ef_channels_s8_multipliers(channels) + channels->count);
}

/* Bytes of the struct and what follows it. */
static inline uint32_t ef_channels_s8_bytes(uint32_t count) {
    return ((uint32_t)sizeof(struct ef_channels_s8) + 5u * count + 3u) & ~3u;
}

/* Fill it from the scales of input, weights and output, and the fused activation. */
void ef_channels_s8_prepare(struct ef_channels_s8 *channels, const struct ef_tensor *in,
                            const struct ef_tensor *weights, const struct ef_tensor *out, int32_t activation);

/* out[j] from sum[j] for the `count` channels from `channel` on. */
void ef_channels_s8_store(const struct ef_channels_s8 *channels, uint32_t channel, uint32_t count, const uint32_t *sum,
                          int8_t *out);

#endif /* EF_CHANNELS_S8_H */
