/* AVERAGE_POOL_2D, int8, for Helium; see the header. Eight channels in halfwords: two instructions a pixel. */
#include "ef_average_pool_2d_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

/* Halves away from zero. size * reciprocal < 2^32, and its error is below 1 / 2^8 of what would matter: size is at most
 * 128.5 * pixels, `reciprocal` at most 1 above 2^24 / pixels. */
static inline int32x4_t mean(const int16_t *sums, uint32_t half, uint32_t reciprocal) {
    const int32x4_t sum = vldrhq_s32(sums);
    const uint32x4_t size = vaddq_n_u32(vreinterpretq_u32_s32(vabsq_s32(sum)), half);
    const int32x4_t whole = vreinterpretq_s32_u32(vshrq_n_u32(vmulq_n_u32(size, reciprocal), 24));
    return vpselq_s32(vnegq_s32(whole), whole, vcmpltq_n_s32(sum, 0));
}

/* Sums of 32 or 8 channels; four sets of instructions without one for the loop. */
static void sum_32(const int8_t *x, uint32_t channels, uint32_t pixels, int16_t *sums) {
    int16x8_t a = vdupq_n_s16(0), b = a, c = a, d = a;
    for (; pixels > 0; pixels--, x += channels) {
        a = vaddq_s16(a, vldrbq_s16(x));
        b = vaddq_s16(b, vldrbq_s16(x + 8));
        c = vaddq_s16(c, vldrbq_s16(x + 16));
        d = vaddq_s16(d, vldrbq_s16(x + 24));
    }
    vstrhq_s16(sums, a);
    vstrhq_s16(sums + 8, b);
    vstrhq_s16(sums + 16, c);
    vstrhq_s16(sums + 24, d);
}

static void sum_8(const int8_t *x, uint32_t channels, uint32_t pixels, int16_t *sums) {
    int16x8_t a = vdupq_n_s16(0);
    for (; pixels > 0; pixels--, x += channels) a = vaddq_s16(a, vldrbq_s16(x));
    vstrhq_s16(sums, a);
}

void ef_average_pool_2d_s8_mve(const struct ef_call *call) {
    const struct ef_average_pool_2d_s8_mve *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t channels = record->channels, pixels = record->pixels, half = pixels / 2u;
    const uint32_t reciprocal = (UINT32_C(1) << 24) / pixels + 1u;
    const int32x4_t min = vdupq_n_s32(record->min), max = vdupq_n_s32(record->max);
    for (uint32_t n = 0; n < record->batches; n++, in += pixels * channels) {
        for (uint32_t c = 0, count; c < channels; c += count) {
            int16_t sums[32];
            count = channels - c >= 32u ? 32u : 8u;
            if (count == 32u) sum_32(in + c, channels, pixels, sums);
            else sum_8(in + c, channels, pixels, sums);
            for (uint32_t j = 0; j < count; j += 4u, out += 4)
                vstrbq_s32(out, vminq_s32(vmaxq_s32(mean(sums + j, half, reciprocal), min), max));
        }
    }
}

#else
typedef int ef_average_pool_2d_s8_mve_needs_helium; /* a file must not be empty */
#endif
