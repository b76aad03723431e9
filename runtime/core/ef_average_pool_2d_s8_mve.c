/* AVERAGE_POOL_2D, int8, for Helium; see the header. Eight channels in halfwords: two instructions a pixel. */
#include "ef_average_pool_2d_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

void ef_average_pool_2d_s8_mve(const struct ef_call *call) {
    const struct ef_average_pool_2d_s8_mve *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t channels = record->channels;
    const int32_t pixels = record->pixels, half = pixels / 2;
    for (uint32_t n = 0; n < record->batches; n++, in += (uint32_t)pixels * channels) {
        for (uint32_t c = 0; c < channels; c += 8u) {
            int16_t sums[8];
            int16x8_t sum = vdupq_n_s16(0);
            const int8_t *x = in + c;
            for (int32_t i = pixels; i > 0; i--, x += channels) sum = vaddq_s16(sum, vldrbq_s16(x));
            vstrhq_s16(sums, sum);
            for (uint32_t j = 0; j < 8u; j++) {
                const int32_t s = sums[j], mean = (s > 0 ? s + half : s - half) / pixels;
                *out++ = (int8_t)(mean < record->min ? record->min : mean > record->max ? record->max : mean);
            }
        }
    }
}

#else
typedef int ef_average_pool_2d_s8_mve_needs_helium; /* a file must not be empty */
#endif
