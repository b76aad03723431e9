/* CONV_2D, int8: [N, H, W, C] by weights [O, Kh, Kw, C/groups], int32 bias [O] or none, to [N, H', W', O]. Output
 * channels are made four at a time, each from the runs of input bytes under the window; padding is skipped, which is
 * what a padded zero point contributes. Windows of short runs are gathered on the stack first. With the DSP extension
 * four windows at a time are made int16 in scratch; without scratch it works as well, slower. Rounds twice, as the
 * reference does. Refuses weights whose channels do not divide the input's, and what ef_window_prepare() and ef_dense.h
 * refuse. */
#include <string.h>

#include "ef_channels_s8.h"
#include "ef_clamp_s8.h"
#include "ef_dense.h"
#include "ef_dot_s8.h"
#include "ef_filters_s8.h"
#include "ef_operators.h"
#include "ef_row_mve.h"
#include "ef_pixels_s8.h"
#include "ef_window.h"

struct record {
    struct ef_window window;
    uint16_t group_in_c, group_out_c; /* channels of one group */
    struct ef_channels_s8 channels;
};

#define LARGEST_WIDENED 2048u /* values under a window that have scratch: two bytes a value for each of four windows */

enum ef_status ef_conv_2d_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, weights, out;
    struct ef_window window;
    ef_input(context, 0, &in);
    ef_input(context, 1, &weights);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 3, EF_ACTIVATION_NONE);
    enum ef_status status =
        ef_window_prepare(context, &window, weights.dims[1], weights.dims[2], ef_option_i32(context, 2, 0),
                          ef_option_i32(context, 1, 0), ef_option_i32(context, 5, 1), ef_option_i32(context, 4, 1),
                          ef_option_i8(context, 0, EF_PADDING_SAME));
    if (status != EF_OK) return status;
    if (weights.dims[0] != out.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("weights have # filters for # output channels"),
                         weights.dims[0], out.dims[3]);
    const int32_t groups = in.dims[3] / weights.dims[3];
    if (groups * weights.dims[3] != in.dims[3] || groups == 0 || out.dims[3] % groups != 0)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("filters of # channels do not divide an input of #"),
                         weights.dims[3], in.dims[3]);
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if ((status = ef_dense_check_bias(context, out.dims[3])) != EF_OK) return status;
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    const uint32_t filter = weights.elements / (uint32_t)weights.dims[0];
    ef_need_scratch(context, filter <= LARGEST_WIDENED ? 8u * ((filter + 3u) & ~3u) : 0u);
    struct record *record = ef_need_record(
        context, (uint32_t)offsetof(struct record, channels) + ef_channels_s8_bytes(count));
    if (!record) return EF_OK;
    record->window = window;
    record->group_in_c = (uint16_t)weights.dims[3];
    record->group_out_c = (uint16_t)(out.dims[3] / groups);
    ef_channels_s8_prepare(&record->channels, &in, &weights, &out, activation);
    return EF_OK;
}

/* The window's input bytes in the order of a filter's weights, padding as the zero point, up to a whole word. */
static void gather(const struct ef_window *window, const struct ef_rows *rows, const struct ef_columns *columns,
                   int8_t zero_point, int8_t *patch) {
    const uint32_t in_c = window->in_c, row_bytes = window->kernel_w * in_c;
    const uint32_t before = (uint32_t)columns->kx_begin * in_c;
    const uint32_t bytes = (uint32_t)(columns->kx_end - columns->kx_begin) * in_c;
    const uint32_t patch_bytes = window->kernel_h * row_bytes;
    if (rows->ky_end - rows->ky_begin < window->kernel_h || bytes < row_bytes) memset(patch, zero_point, patch_bytes);
    for (uint32_t i = patch_bytes; i & 3u; i++) patch[i] = zero_point;
    if (bytes == 0) return;
    const uint32_t at = (uint32_t)(columns->first + columns->kx_begin) * in_c;
    patch += (uint32_t)rows->ky_begin * row_bytes + before;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, patch += row_bytes) {
        const int8_t *in = (const int8_t *)ef_row(rows, ky) + at;
        uint32_t i = 0;
        for (; i + 4u <= bytes; i += 4u) memcpy(patch + i, in + i, 4); /* a load and a store */
        for (; i < bytes; i++) patch[i] = in[i];
    }
}

/* Four (or `left`) output channels from filters at `w`, `filter` bytes apart, over runs of input under the window. */
struct runs {
    const int8_t *in;   /* a gathered patch, or NULL: the rows */
    uint32_t at;        /* first byte in a row, and in a filter's row, of the real columns */
    uint32_t filter_at;
    uint32_t count, bytes, step; /* runs in a row, bytes of one, bytes from one to the next */
};

static void four_channels(const struct ef_window *window, const struct ef_rows *rows, const struct runs *runs,
                          const int8_t *w, uint32_t filter, uint32_t left, uint32_t group_in_c, int32_t zero_point,
                          uint32_t sum[4]) {
    const int8_t *w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                           left > 3u ? w + 3u * filter : w};
    if (runs->in) {
        ef_dot4_s8(runs->in, w4, filter, zero_point, sum);
        return;
    }
    const uint32_t filter_row = window->kernel_w * group_in_c;
    uint32_t begin = (uint32_t)rows->ky_begin * filter_row + runs->filter_at;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, begin += filter_row) {
        const int8_t *in = (const int8_t *)ef_row(rows, ky) + runs->at;
        uint32_t from = begin;
        for (uint32_t i = runs->count; i > 0; i--, in += runs->step, from += runs->bytes) {
            const int8_t *const v4[4] = {w4[0] + from, w4[1] + from, w4[2] + from, w4[3] + from};
            ef_dot4_s8(in, v4, runs->bytes, zero_point, sum);
        }
    }
}

#define PATCH_BYTES 128u /* of stack */

#if EF_HAVE_DSP
#define RUNS 12u /* pointers on the stack */

/* How many output channels ef_filters_s8() can make of a pixel. A run is read in words: where it does not end with one,
 * the last filters are left out, because nothing need follow them. */
static uint32_t suits_filters(const struct record *record, const struct ef_rows *rows, const int32_t *bias,
                              int gathered) {
    const struct ef_window *window = &record->window;
    const struct ef_channels_s8 *channels = &record->channels;
    const uint32_t runs = (uint32_t)(rows->ky_end - rows->ky_begin);
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * window->in_c;
    if (!bias || record->group_in_c != window->in_c || window->dilation_w != 1 || channels->count != window->out_c ||
        !channels->right_shifts || runs == 0 || runs > RUNS || (!gathered && window->in_c % 4u != 0))
        return 0;
    return filter % 4u == 0 ? window->out_c & ~3u : (window->out_c - 1u) & ~3u;
}

/* The first `channels` output channels of one pixel: from the patch, or from the rows. */
static void many_filters(const struct ef_call *call, const struct ef_rows *rows, const struct ef_columns *columns,
                         const int8_t *patch, uint32_t channels, int8_t *out) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t in_c = window->in_c, row = window->kernel_w * in_c;
    const int8_t *runs[RUNS];
    struct ef_filters_s8 filters;
    ef_filters_s8_init(&filters, &record->channels, call->inputs[2], channels, out);
    filters.filter = window->kernel_h * row;
    filters.w = call->inputs[1];
    filters.rows = runs;
    filters.rows_end = runs + 1;
    runs[0] = patch;
    filters.run = (filters.filter + 3u) & ~3u;
    filters.step = 0;
    if (!patch) {
        const uint32_t at = (uint32_t)(columns->first + columns->kx_begin) * in_c;
        for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++)
            runs[ky - rows->ky_begin] = (const int8_t *)ef_row(rows, ky) + at;
        filters.rows_end = runs + (rows->ky_end - rows->ky_begin);
        filters.run = (uint32_t)(columns->kx_end - columns->kx_begin) * in_c;
        filters.step = row - filters.run;
        filters.w += (uint32_t)rows->ky_begin * row + (uint32_t)columns->kx_begin * in_c;
    }
    ef_filters_s8(&filters);
}

/* `count` bytes from `x`, a multiple of 4, as values of one of `n` pixels; `offset` is ef_dsp_pair(-zero point). */
static inline uint32_t *widen(uint32_t *d, const int8_t *x, uint32_t count, uint32_t offset, uint32_t n) {
    const int8_t *const end = x + count;
    if (count % 8u != 0) {
        const uint32_t word = ef_dsp_load(x);
        d[0] = ef_dsp_even_plus(offset, word);
        d[n] = ef_dsp_odd_plus(offset, word);
        d += 2u * n;
        x += 4;
    }
    for (; x != end; x += 8, d += 4u * n) {
        const uint32_t a = ef_dsp_load(x), b = ef_dsp_load(x + 4);
        d[0] = ef_dsp_even_plus(offset, a);
        d[n] = ef_dsp_odd_plus(offset, a);
        d[2u * n] = ef_dsp_even_plus(offset, b);
        d[3u * n] = ef_dsp_odd_plus(offset, b);
    }
    return d;
}

static inline uint32_t *zeros(uint32_t *d, uint32_t count, uint32_t n) {
    for (; count > 0; count -= 4u, d += 2u * n) d[0] = d[n] = 0;
    return d;
}

/* The window at column `x` as the values of one of `n` pixels. */
static inline void widen_window(const struct record *record, const struct ef_rows *rows, int32_t x, uint32_t *d,
                                uint32_t n) {
    const struct ef_window *window = &record->window;
    const struct ef_columns columns = ef_window_columns(window, x);
    const uint32_t in_c = window->in_c, row = window->kernel_w * in_c;
    const int32_t zero_point = record->channels.in_zero_point;
    const uint32_t offset = ef_dsp_pair(-zero_point);
    if (in_c % 4u != 0) {
        int8_t patch[PATCH_BYTES];
        gather(window, rows, &columns, (int8_t)zero_point, patch);
        (void)widen(d, patch, (window->kernel_h * row + 3u) & ~3u, offset, n);
        return;
    }
    const uint32_t before = (uint32_t)columns.kx_begin * in_c, real = (uint32_t)columns.kx_end * in_c - before;
    const uint32_t at = real > 0 ? (uint32_t)(columns.first + columns.kx_begin) * in_c : 0u;
    d = zeros(d, rows->ky_begin * row, n);
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
        d = zeros(d, before, n);
        if (real > 0) d = widen(d, (const int8_t *)ef_row(rows, ky) + at, real, offset, n);
        d = zeros(d, row - before - real, n);
    }
    (void)zeros(d, (uint32_t)(window->kernel_h - rows->ky_end) * row, n);
}

static void widen_for_two(const struct record *record, const struct ef_rows *rows, int32_t x, uint32_t *d) {
    widen_window(record, rows, x, d, 2u);
}

static void widen_for_four(const struct record *record, const struct ef_rows *rows, int32_t x, uint32_t *d) {
    widen_window(record, rows, x, d, 4u);
}

/* Whether ef_pixels_s8.c can make a row. Channels are made in pairs there. */
static int suits_pixels(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const struct ef_channels_s8 *channels = &record->channels;
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * window->in_c;
    return call->scratch != NULL && call->inputs[2] && filter <= LARGEST_WIDENED && window->dilation_w == 1 &&
           record->group_in_c == window->in_c && channels->count == window->out_c && channels->right_shifts &&
           window->out_c % 2u == 0 && (window->in_c % 4u == 0 || filter <= PATCH_BYTES);
}

/* `channels` channels from `channel` on, with filters at `w`. */
static void make_pixels(const struct ef_call *call, struct ef_pixels_s8 *job, uint32_t four, const int8_t *w,
                        uint32_t channel, uint32_t channels, int8_t *out) {
    const struct record *record = call->record;
    job->w = w;
    job->bias = (const int32_t *)call->inputs[2] + channel;
    job->multipliers = ef_channels_s8_multipliers(&record->channels) + channel;
    job->shifts = ef_channels_s8_shifts(&record->channels) + channel;
    job->out = out + channel;
    job->out_end = job->out + channels;
    (four ? ef_four_pixels_s8 : ef_two_pixels_s8)(job);
}

/* A row, four pixels at a time as far as that goes, then two or one. The last two filters are read from a copy where
 * they do not end with a word, because nothing need follow them. */
static void pixels(const struct ef_call *call, const struct ef_rows *rows, int8_t *out) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * window->in_c, out_c = window->out_c;
    const uint32_t first = filter % 4u == 0 ? out_c : out_c - 2u, values = (filter + 3u) & ~3u;
    const int8_t *const w = call->inputs[1];
    const uint32_t alone = window->in_c % 4u == 0 ? suits_filters(record, rows, call->inputs[2], 0) : 0;
    int8_t last[2u * PATCH_BYTES + 4u];
    if (first < out_c) memcpy(last, w + first * filter, 2u * filter);
    struct ef_pixels_s8 job;
    job.values = call->scratch;
    job.filter = filter;
    job.zero_point = record->channels.out_zero_point;
    for (uint32_t x = 0; x < rows->out_w;) {
        const uint32_t left = rows->out_w - x, four = left > 2u, made = left >= 4u ? 4u : left;
        uint32_t *const d = call->scratch;
        if (left == 1u && alone == out_c) { /* one window on its own is cheaper as it is */
            const struct ef_columns columns = ef_window_columns(window, (int32_t)x);
            if (columns.kx_end > columns.kx_begin) {
                many_filters(call, rows, &columns, NULL, out_c, out);
                return;
            }
        }
        for (uint32_t i = 0; i < made; i++)
            (four ? widen_for_four : widen_for_two)(record, rows, (int32_t)(x + i), d + i);
        for (uint32_t i = 1; i < 4u; i++) job.step[i - 1u] = i < made ? i * out_c : 0u;
        job.values_end = d + (four ? 2u : 1u) * values;
        if (first > 0) make_pixels(call, &job, four, w, 0, first, out);
        if (first < out_c) make_pixels(call, &job, four, last, first, 2u, out);
        x += made;
        out += made * out_c;
    }
}
#endif

void ef_conv_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const int32_t *bias = call->inputs[2];
    int8_t *out = out_row;
#if EF_HAVE_MVE
    if (record->group_in_c == window->in_c && ef_conv_2d_row_mve(window, &record->channels, call, rows, out)) return;
#endif
    int8_t patch[PATCH_BYTES];
    const int32_t zero_point = record->channels.in_zero_point;
    const uint32_t in_c = window->in_c, out_c = window->out_c;
    const uint32_t group_in_c = record->group_in_c, group_out_c = record->group_out_c;
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * group_in_c;
    const int whole = group_in_c == in_c && window->dilation_w == 1; /* the columns of a window row are one run */
    const int gathered = whole && window->kernel_h > 1 && window->kernel_w * in_c < 32u && filter <= PATCH_BYTES;
    struct runs runs = {NULL, 0, 0, 0, 0, window->dilation_w * in_c};
#if EF_HAVE_DSP
    if (suits_pixels(call)) {
        pixels(call, rows, out);
        if (record->channels.min > INT8_MIN || record->channels.max < INT8_MAX)
            ef_clamp_s8(out, rows->out_w * out_c, record->channels.min, record->channels.max);
        return;
    }
    const uint32_t many = suits_filters(record, rows, bias, gathered);
#endif
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const uint32_t column_count = (uint32_t)(columns.kx_end - columns.kx_begin);
        if (gathered) {
            gather(window, rows, &columns, (int8_t)zero_point, patch);
            runs.in = patch;
        }
        runs.count = whole ? (column_count > 0) : column_count;
        runs.bytes = whole ? column_count * in_c : group_in_c;
        runs.at = column_count > 0 ? (uint32_t)(columns.first + columns.kx_begin * window->dilation_w) * in_c : 0;
        runs.filter_at = (uint32_t)columns.kx_begin * group_in_c;
        const int8_t *w = call->inputs[1];
        uint32_t group_end = group_out_c, o = 0;
#if EF_HAVE_DSP
        if (many && column_count > 0) {
            many_filters(call, rows, &columns, runs.in, many, out);
            out += many;
            w += many * filter;
            o = many;
        }
#endif
        while (o < out_c) {
            if (o == group_end) {
                group_end += group_out_c;
                runs.at += group_in_c;
            }
            const uint32_t left = group_end - o < 4u ? group_end - o : 4u;
            uint32_t sum[4] = {0, 0, 0, 0};
            if (bias) {
                for (uint32_t j = 0; j < left; j++) sum[j] = (uint32_t)bias[o + j];
            }
            four_channels(window, rows, &runs, w, filter, left, group_in_c, zero_point, sum);
            w += left * filter;
            ef_channels_s8_store(&record->channels, o, left, sum, out);
            out += left;
            o += left;
        }
    }
}
