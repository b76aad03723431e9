/* CONV_2D, int8, 1x1 at stride 1, for ahead-of-time builds: pixels do not know rows, so two at a time are made int16 in
 * scratch and meet all filters in the matrix kernel. Both are read before the first of their outputs is written.
 * The compiler checks: in_c and out_c multiples of 4; requantization as ef_mat_mul_s8_dsp.h says. */
#include "ef_clamp_s8.h"
#include "ef_conv_2d_s8_dsp.h"
#include "ef_tuned.h"

static inline void make_pixels(const struct ef_call *call, const int8_t *in, int8_t *out, uint32_t pixels,
                               void (*mat_mul)(const struct ef_mat_mul_s8_dsp *job)) {
    const struct ef_conv_2d_s8_dsp *record = call->record;
    const uint32_t in_c = record->window.in_c;
    struct ef_mat_mul_s8_dsp job = ef_conv_2d_s8_dsp_job(call, out);
    const uint32_t *const values_end = (const uint32_t *)call->scratch + 2u * record->pairs;
    for (uint32_t left = pixels; left > 0; left -= left > 1u ? 2u : 1u) {
        const int8_t *second = left > 1u ? in + in_c : in;
        uint32_t *d = call->scratch;
        do {
            const uint32_t a = ef_dsp_load(in), b = ef_dsp_load(second);
            d[0] = ef_dsp_even(a);
            d[1] = ef_dsp_even(b);
            d[2] = ef_dsp_odd(a);
            d[3] = ef_dsp_odd(b);
            in += 4;
            second += 4;
            d += 4;
        } while (d != values_end);
        if (left == 1u) job.pixel_step = 0;
        mat_mul(&job);
        job.out += 2 * job.pixel_step;
        in = second;
    }
    if (record->min > -128 || record->max < 127)
        ef_clamp_s8(out, pixels * record->window.out_c, record->min, record->max);
}

void ef_conv_2d_1x1_line12_s8_dsp_pixels(const struct ef_call *call, const int8_t *in, int8_t *out, uint32_t pixels) {
    make_pixels(call, in, out, pixels, ef_mat_mul_line12_s8_dsp);
}

void ef_conv_2d_1x1_line15_s8_dsp_pixels(const struct ef_call *call, const int8_t *in, int8_t *out, uint32_t pixels) {
    make_pixels(call, in, out, pixels, ef_mat_mul_line15_s8_dsp);
}

void ef_conv_2d_1x1_twice_s8_dsp_pixels(const struct ef_call *call, const int8_t *in, int8_t *out, uint32_t pixels) {
    make_pixels(call, in, out, pixels, ef_mat_mul_twice_s8_dsp);
}
