/* DEPTHWISE_CONV_2D, int16, four channels at a time, one output channel an input channel. Any stride and dilation; up to
 * 12 window rows with input at once, sums of EF_S16_BLOCK products in 32 bits. Empty on other cores. */
#include "ef_depthwise_conv_2d_s16_dsp.h"

#if EF_HAVE_DSP

#define ROWS 12u /* pointers on the stack */

/* What four channels' pixels have in common. */
struct fours {
    const int16_t *in[ROWS];
    const int8_t *weights;
    uint32_t rows, in_step, out_c, w_row;
};

/* Four channels of one pixel with `count` columns of input, the first at `at`, the first weight at `w_at`. */
static inline void four_channels(const struct fours *f, uint32_t at, uint32_t w_at, int32_t count, uint32_t sum[4]) {
    const uint32_t in_step = f->in_step, out_c = f->out_c;
    const int8_t *weights = f->weights + w_at;
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (uint32_t row = 0; row < f->rows; row++, weights += f->w_row) {
        const int16_t *in = f->in[row] + at;
        const int8_t *w = weights;
        for (int32_t i = count; i > 0; i--, in += in_step, w += out_c) {
            const uint32_t low = ef_dsp_load(in), high = ef_dsp_load(in + 2), bytes = ef_dsp_load(w);
            const uint32_t even = ef_dsp_even(bytes), odd = ef_dsp_odd(bytes);
            s0 = ef_dsp_mac_low(low, even, s0);
            s1 = ef_dsp_mac_high_low(low, odd, s1);
            s2 = ef_dsp_mac_low_high(high, even, s2);
            s3 = ef_dsp_mac_high(high, odd, s3);
        }
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

uint32_t ef_depthwise_conv_2d_s16_dsp(const struct ef_window *window, const struct ef_channels_s16 *channels,
                                      const struct ef_call *call, const struct ef_rows *rows, int16_t *out) {
    struct fours f;
    f.rows = (uint32_t)(rows->ky_end - rows->ky_begin);
    if ((uint32_t)window->kernel_h * window->kernel_w > EF_S16_BLOCK || f.rows > ROWS) return 0;
    f.out_c = window->out_c;
    f.in_step = (uint32_t)window->dilation_w * f.out_c;
    f.w_row = window->kernel_w * f.out_c;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) f.in[ky - rows->ky_begin] = ef_row(rows, ky);
    f.weights = (const int8_t *)call->inputs[1] + rows->ky_begin * f.w_row;
    uint32_t o = 0;
    for (; o + 4u <= f.out_c; o += 4u) {
        struct ef_channel_s16 one[4];
        int64_t bias[4];
        ef_channels_s16_begin(call->inputs[2], o, 4, bias);
        for (uint32_t j = 0; j < 4u; j++) one[j] = ef_channel_s16(channels, o + j);
        int16_t *to = out + o;
        for (int32_t x = 0; x < rows->out_w; x++, to += f.out_c) {
            const struct ef_columns columns = ef_window_columns(window, x);
            const int32_t count = columns.kx_end - columns.kx_begin;
            const int32_t at = count > 0 ? columns.first + columns.kx_begin * window->dilation_w : 0;
            uint32_t sum[4];
            four_channels(&f, (uint32_t)at * f.out_c + o, (uint32_t)columns.kx_begin * f.out_c + o, count, sum);
            for (uint32_t j = 0; j < 4u; j++)
                to[j] = ef_channels_s16_scale(&one[j], ef_channels_s16_add(bias[j], (int32_t)sum[j]));
        }
    }
    return o;
}

#else
typedef int ef_depthwise_conv_2d_s16_dsp_needs_the_dsp_extension; /* a file must not be empty */
#endif
