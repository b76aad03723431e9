/* AVERAGE_POOL_2D, int8, of whole images to one pixel, for ahead-of-time builds: four channels at a time, two sums in a word.
 * Rounds halves away from zero, as the reference does. The compiler checks: channels a multiple of 4, at most 256 pixels. */
#include "ef_clamp_s8.h"
#include "ef_dsp.h"
#include "ef_line.h"
#include "ef_tuned.h"

struct record {
    uint32_t batches, pixels, channels;
    int16_t min, max;
};

/* Two int16 sums and two int8 of a word. */
static inline uint32_t plus(uint32_t sums, uint32_t pair) {
#if EF_HAVE_DSP
    __asm__("sadd16 %0, %0, %1" : "+r"(sums) : "r"(pair));
    return sums;
#else
    return ((sums + pair) & 0xffffu) | ((sums >> 16) + (pair >> 16)) << 16;
#endif
}

static inline int8_t average(uint32_t sum, int32_t pixels) {
    const int32_t value = (int16_t)sum;
    return (int8_t)((value > 0 ? value + pixels / 2 : value - pixels / 2) / pixels);
}

void ef_average_pool_2d_s8_dsp_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint32_t pixels = record->pixels, channels = record->channels;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t n = record->batches; n > 0; n--, in += pixels * channels, out += channels) {
        for (uint32_t c = 0; c < channels; c += 4u) {
            const int8_t *x = in + c;
            uint32_t even = 0, odd = 0;
            for (uint32_t i = pixels; i > 0; i--, x += channels) {
                const uint32_t word = ef_dsp_load(x);
                even = plus(even, ef_dsp_even(word));
                odd = plus(odd, ef_dsp_odd(word));
            }
            out[c] = average(even, (int32_t)pixels);
            out[c + 1u] = average(odd, (int32_t)pixels);
            out[c + 2u] = average(even >> 16, (int32_t)pixels);
            out[c + 3u] = average(odd >> 16, (int32_t)pixels);
        }
        if (record->min > -128 || record->max < 127) ef_clamp_s8(out, channels, record->min, record->max);
    }
}
