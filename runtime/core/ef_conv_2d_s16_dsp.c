/* CONV_2D, int16, four windows at a time: they are laid out in scratch once for all filters, whose weights are read as
 * the model has them. Any window, stride and dilation; one group; windows of up to EF_CONV_2D_S16_WINDOW values. Sums of
 * EF_S16_BLOCK products are taken in 32 bits and added in 64. Empty on other cores. */
#include "ef_conv_2d_s16_dsp.h"

#if EF_HAVE_DSP

#include <string.h>

#define FILTERS 8u   /* at a time */
#define LONG_RUN 12u /* values in a window row from which a window on its own is cheaper without laying it out */

/* `count` values from `x`, a multiple of 4, as those of one of four windows. */
static inline uint32_t *spread(uint32_t *d, const int16_t *x, uint32_t count) {
    for (const int16_t *const end = x + count; x != end; x += 4, d += 8) {
        const uint32_t a = ef_dsp_load(x), b = ef_dsp_load(x + 2);
        d[0] = ef_dsp_lows(a, b);
        d[4] = ef_dsp_highs(a, b);
    }
    return d;
}

static inline uint32_t *zeros(uint32_t *d, uint32_t count) {
    for (; count > 0; count -= 4u, d += 8) d[0] = d[4] = 0;
    return d;
}

/* The window in a filter's order, with zeros where there is no input, up to a whole four. */
static void gather(const struct ef_window *window, const struct ef_rows *rows, const struct ef_columns *columns,
                   int16_t *patch) {
    const uint32_t in_c = window->in_c, row = window->kernel_w * in_c, values = window->kernel_h * row;
    const int32_t count = columns->kx_end - columns->kx_begin;
    if (rows->ky_end - rows->ky_begin < window->kernel_h || count < window->kernel_w) memset(patch, 0, 2u * values);
    for (uint32_t i = values; i % 4u != 0; i++) patch[i] = 0;
    const int whole = window->dilation_w == 1; /* the columns of a window row are one run */
    const uint32_t run = whole ? (uint32_t)count * in_c : in_c, step = (uint32_t)window->dilation_w * in_c;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end && count > 0; ky++) {
        const int16_t *in = (const int16_t *)ef_row(rows, ky) +
                            (uint32_t)(columns->first + columns->kx_begin * window->dilation_w) * in_c;
        int16_t *to = patch + (uint32_t)ky * row + (uint32_t)columns->kx_begin * in_c;
        for (int32_t i = whole ? 1 : count; i > 0; i--, in += step, to += run) {
            uint32_t c = 0;
            for (; c + 2u <= run; c += 2u) memcpy(to + c, in + c, 4); /* a load and a store */
            if (c < run) to[c] = in[c];
        }
    }
}

/* The window at column `x` as one of four, whose values begin at `d`. */
static void lay(const struct ef_window *window, const struct ef_rows *rows, int32_t x, uint32_t *d, int16_t *patch) {
    const struct ef_columns columns = ef_window_columns(window, x);
    const uint32_t in_c = window->in_c, row = window->kernel_w * in_c;
    if (in_c % 4u != 0) {
        gather(window, rows, &columns, patch);
        (void)spread(d, patch, (window->kernel_h * row + 3u) & ~3u);
        return;
    }
    const uint32_t before = (uint32_t)columns.kx_begin * in_c, real = (uint32_t)columns.kx_end * in_c - before;
    const uint32_t at = real > 0 ? (uint32_t)(columns.first + columns.kx_begin * window->dilation_w) * in_c : 0u;
    d = zeros(d, rows->ky_begin * row);
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
        const int16_t *in = (const int16_t *)ef_row(rows, ky) + at;
        d = zeros(d, before);
        if (window->dilation_w == 1) {
            d = spread(d, in, real);
        } else {
            for (uint32_t i = 0; i < real; i += in_c, in += (uint32_t)window->dilation_w * in_c)
                d = spread(d, in, in_c);
        }
        d = zeros(d, row - before - real);
    }
    (void)zeros(d, (uint32_t)(window->kernel_h - rows->ky_end) * row);
}

/* `made` pixels in `count` channels from `channel` on with filters at `w`, to out[0], out[out_c]... */
static void filters(const struct ef_channels_s16 *channels, const struct ef_call *call, const int8_t *w,
                    uint32_t channel, uint32_t count, uint32_t filter, uint32_t made, uint32_t out_c, int16_t *out) {
    const uint32_t values = (filter + 3u) & ~3u;
    const uint32_t *d = call->scratch;
    int32_t sums[4u * FILTERS];
    int64_t before[4u * FILTERS]; /* sums of earlier blocks */
    for (uint32_t from = 0; from < values; from += EF_S16_BLOCK) {
        const uint32_t block = values - from < EF_S16_BLOCK ? values - from : EF_S16_BLOCK;
        const struct ef_windows_s16 job = {d, d + 2u * block, w, block - filter, sums, sums + 4u * count};
        ef_four_windows_s16(&job);
        d = job.values_end;
        w += block;
        if (from + block == values) break;
        for (uint32_t i = 0; i < 4u * count; i++)
            before[i] = from > 0 ? ef_channels_s16_add(before[i], sums[i]) : sums[i];
    }
    const int32_t *sum = sums;
    for (uint32_t j = 0; j < count; j++, sum += 4) {
        const struct ef_channel_s16 one = ef_channel_s16(channels, channel + j);
        const int64_t bias = ef_channels_s16_bias(call->inputs[2], channel + j);
        int16_t *to = out++;
        if (values > EF_S16_BLOCK) {
            for (uint32_t p = 0; p < made; p++, to += out_c) {
                const int64_t base = (int64_t)((uint64_t)bias + (uint64_t)before[4u * j + p]);
                *to = ef_channels_s16_scale(&one, ef_channels_s16_add(base, sum[p]));
            }
        } else {
            for (uint32_t p = 0; p < made; p++, to += out_c)
                *to = ef_channels_s16_scale(&one, ef_channels_s16_add(bias, sum[p]));
        }
    }
}

/* A last filter that does not end with a word is read from a copy, because nothing need follow it. */
int32_t ef_conv_2d_s16_dsp(const struct ef_window *window, const struct ef_channels_s16 *channels,
                           const struct ef_call *call, const struct ef_rows *rows, int16_t *out) {
    const uint32_t in_c = window->in_c, filter = (uint32_t)window->kernel_h * window->kernel_w * in_c;
    const uint32_t out_c = window->out_c, whole = filter % 4u == 0 ? out_c : out_c - 1u;
    const uint32_t run = window->dilation_w == 1 ? window->kernel_w * in_c : in_c;
    const int8_t *const w = call->inputs[1];
    uint32_t *const d = call->scratch, *const patch = d + 2u * ((filter + 3u) & ~3u);
    int32_t x = 0;
    for (uint32_t left; (left = rows->out_w - (uint32_t)x) > 1u || (left == 1u && run < LONG_RUN);) {
        const uint32_t made = left < 4u ? left : 4u;
        for (uint32_t p = 0; p < made; p++)
            lay(window, rows, x + (int32_t)p, d + p, (int16_t *)(void *)patch);
        for (uint32_t o = 0; o < whole; o += FILTERS)
            filters(channels, call, w + o * filter, o, whole - o < FILTERS ? whole - o : FILTERS, filter, made, out_c,
                    out + o);
        if (whole < out_c) {
            memcpy(patch, w + whole * filter, filter);
            filters(channels, call, (const int8_t *)patch, whole, 1, filter, made, out_c, out + whole);
        }
        x += (int32_t)made;
        out += made * out_c;
    }
    return x;
}

#else
typedef int ef_conv_2d_s16_dsp_needs_the_dsp_extension; /* a file must not be empty */
#endif
