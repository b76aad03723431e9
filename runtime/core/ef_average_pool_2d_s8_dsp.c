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

/* Two int16 sums and two int8 of a word: bytes 0 and 2, 1 and 3. */
static inline uint32_t plus_even(uint32_t sums, uint32_t word) {
#if EF_HAVE_DSP
    return ef_dsp_even_plus(sums, word);
#else
    const uint32_t pair = ef_dsp_even(word);
    return ((sums + pair) & 0xffffu) | ((sums >> 16) + (pair >> 16)) << 16;
#endif
}

static inline uint32_t plus_odd(uint32_t sums, uint32_t word) {
#if EF_HAVE_DSP
    return ef_dsp_odd_plus(sums, word);
#else
    return plus_even(sums, word >> 8);
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
            for (uint32_t i = pixels / 2u; i > 0; i--) {
                uint32_t word = ef_dsp_load(x);
                x += channels;
                even = plus_even(even, word);
                odd = plus_odd(odd, word);
                word = ef_dsp_load(x);
                x += channels;
                even = plus_even(even, word);
                odd = plus_odd(odd, word);
            }
            if (pixels % 2u != 0) {
                even = plus_even(even, ef_dsp_load(x));
                odd = plus_odd(odd, ef_dsp_load(x));
            }
            out[c] = average(even, (int32_t)pixels);
            out[c + 1u] = average(odd, (int32_t)pixels);
            out[c + 2u] = average(even >> 16, (int32_t)pixels);
            out[c + 3u] = average(odd >> 16, (int32_t)pixels);
        }
        if (record->min > -128 || record->max < 127) ef_clamp_s8(out, channels, record->min, record->max);
    }
}
