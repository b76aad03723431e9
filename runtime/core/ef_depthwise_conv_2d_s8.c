/* DEPTHWISE_CONV_2D, int8: [N, H, W, C] by weights [1, Kh, Kw, C*M], int32 bias [C*M] or none, to [N, H', W', C*M];
 * output channel o reads input channel o/M. Channels are made four at a time. With the DSP extension two 3x3 windows
 * at stride 1 share what they have in common, with a pixel of padding in scratch; without scratch it works as well,
 * slower. Rounds twice, as the reference does. Refuses output channels that are no multiple of the input's, and what ef_window_prepare() and
 * ef_dense.h refuse. */
#include <string.h>

#include "ef_channels_s8.h"
#include "ef_clamp_s8.h"
#include "ef_dense.h"
#include "ef_dsp.h"
#include "ef_filters_s8.h"
#include "ef_operators.h"
#include "ef_row_mve.h"
#include "ef_two_taps_s8.h"
#include "ef_window.h"

struct record {
    struct ef_window window;
    uint16_t multiplier;
    uint16_t reserved;
    struct ef_channels_s8 channels;
};

enum ef_status ef_depthwise_conv_2d_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, weights, out;
    struct ef_window window;
    ef_input(context, 0, &in);
    ef_input(context, 1, &weights);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 4, EF_ACTIVATION_NONE);
    enum ef_status status =
        ef_window_prepare(context, &window, weights.dims[1], weights.dims[2], ef_option_i32(context, 2, 0),
                          ef_option_i32(context, 1, 0), ef_option_i32(context, 6, 1), ef_option_i32(context, 5, 1),
                          ef_option_i8(context, 0, EF_PADDING_SAME));
    if (status != EF_OK) return status;
    if (weights.dims[0] != 1 || weights.dims[3] != out.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("weights have # channels, the output #"),
                         weights.dims[3], out.dims[3]);
    const int32_t multiplier = out.dims[3] / in.dims[3];
    if (multiplier * in.dims[3] != out.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0),
                         EF_TEXT("# output channels are no multiple of # input channels"), out.dims[3], in.dims[3]);
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if ((status = ef_dense_check_bias(context, out.dims[3])) != EF_OK) return status;
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    ef_need_scratch(context, multiplier == 1 ? (uint32_t)out.dims[3] : 0u);
    struct record *record = ef_need_record(
        context, (uint32_t)offsetof(struct record, channels) + ef_channels_s8_bytes(count));
    if (!record) return EF_OK;
    record->window = window;
    record->multiplier = (uint16_t)multiplier;
    record->reserved = 0;
    ef_channels_s8_prepare(&record->channels, &in, &weights, &out, activation);
    return EF_OK;
}

/* Four channels under one window, channel o + j with input channel o + j. `in` and `w` are at channel o of the first
 * real column of window row ky_begin. */
static void four_channels(const struct ef_rows *rows, const struct ef_window *window, uint32_t in_at, const int8_t *w,
                          uint32_t columns, int32_t zero_point, uint32_t sum[4]) {
    const uint32_t in_step = (uint32_t)window->dilation_w * window->in_c, w_step = window->out_c;
    const uint32_t w_row = (uint32_t)window->kernel_w * w_step;
    uint32_t s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
#if EF_HAVE_DSP
    const uint32_t offset = ef_dsp_pair(zero_point);
#endif
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, w += w_row) {
        const int8_t *x = (const int8_t *)ef_row(rows, ky) + in_at, *v = w;
        for (uint32_t i = columns; i > 0; i--) {
#if EF_HAVE_DSP
            const uint32_t xs = ef_dsp_load(x), vs = ef_dsp_load(v);
            const uint32_t x_even = ef_dsp_subtract(ef_dsp_even(xs), offset), v_even = ef_dsp_even(vs);
            const uint32_t x_odd = ef_dsp_subtract(ef_dsp_odd(xs), offset), v_odd = ef_dsp_odd(vs);
            s0 = ef_dsp_mac_low(x_even, v_even, s0);
            s1 = ef_dsp_mac_low(x_odd, v_odd, s1);
            s2 = ef_dsp_mac_high(x_even, v_even, s2);
            s3 = ef_dsp_mac_high(x_odd, v_odd, s3);
#else
            s0 += (uint32_t)((x[0] - zero_point) * v[0]);
            s1 += (uint32_t)((x[1] - zero_point) * v[1]);
            s2 += (uint32_t)((x[2] - zero_point) * v[2]);
            s3 += (uint32_t)((x[3] - zero_point) * v[3]);
#endif
            x += in_step;
            v += w_step;
        }
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

/* One channel under one window. */
static uint32_t one_channel(const struct ef_rows *rows, const struct ef_window *window, uint32_t in_at, const int8_t *w,
                            uint32_t columns, int32_t zero_point, uint32_t sum) {
    const uint32_t in_step = (uint32_t)window->dilation_w * window->in_c, w_step = window->out_c;
    const uint32_t w_row = (uint32_t)window->kernel_w * w_step;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, w += w_row) {
        const int8_t *x = (const int8_t *)ef_row(rows, ky) + in_at, *v = w;
        for (uint32_t i = columns; i > 0; i--, x += in_step, v += w_step) sum += (uint32_t)((*x - zero_point) * *v);
    }
    return sum;
}

#define ROWS 12u /* pointers on the stack */

#if EF_HAVE_DSP
static int suits_two_taps(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    return call->scratch != NULL && call->inputs[2] != NULL && record->multiplier == 1u && window->out_c % 4u == 0 &&
           record->channels.count == window->out_c && record->channels.right_shifts && window->kernel_h == 3u &&
           window->kernel_w == 3u && window->stride_w == 1u && window->dilation_w == 1u;
}

/* A row, two pixels at a time. */
static void two_taps(const struct ef_call *call, const struct ef_rows *rows, int8_t *out) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t out_c = window->out_c;
    struct ef_two_taps_s8 job;
    job.bias = call->inputs[2];
    job.multipliers = ef_channels_s8_multipliers(&record->channels);
    job.shifts = ef_channels_s8_shifts(&record->channels);
    job.channels = out_c;
    job.offset = ef_dsp_pair(-record->channels.in_zero_point);
    job.zero_point = record->channels.out_zero_point;
    memset(call->scratch, record->channels.in_zero_point, out_c);
    for (uint32_t i = 0; i < 9u; i++) job.w[i / 3u][i % 3u] = (const int8_t *)call->inputs[1] + i * out_c;
    for (int32_t x = 0; x < rows->out_w; x += 2) {
        const int32_t first = x - window->pad_left;
        for (int32_t ky = 0; ky < 3; ky++) {
            const int real = ky >= rows->ky_begin && ky < rows->ky_end;
            const int8_t *const line = real ? ef_row(rows, ky) : NULL;
            for (int32_t i = 0; i < 4; i++) {
                const int32_t column = first + i;
                job.x[ky][i] = real && column >= 0 && column < window->in_w ? line + (uint32_t)column * out_c
                                                                            : (const int8_t *)call->scratch;
            }
        }
        job.out = out + (uint32_t)x * out_c;
        job.pixel_step = x + 1 < rows->out_w ? out_c : 0u;
        ef_two_taps_s8(&job);
    }
    if (record->channels.min > INT8_MIN || record->channels.max < INT8_MAX)
        ef_clamp_s8(out, rows->out_w * out_c, record->channels.min, record->channels.max);
}
#endif

void ef_depthwise_conv_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const int8_t *weights = call->inputs[1];
    const int32_t *bias = call->inputs[2];
    int8_t *out = out_row;
#if EF_HAVE_MVE
    if (record->multiplier == 1u && ef_depthwise_conv_2d_row_mve(window, &record->channels, call, rows, out)) return;
#endif
    const int32_t zero_point = record->channels.in_zero_point;
    const uint32_t out_c = window->out_c, multiplier = record->multiplier;
#if EF_HAVE_DSP
    if (suits_two_taps(call)) {
        two_taps(call, rows, out_row);
        return;
    }
    const int8_t *starts[ROWS];
    const uint32_t row_count = (uint32_t)(rows->ky_end - rows->ky_begin);
    const int fast = multiplier == 1u && bias && out_c % 4u == 0 && record->channels.count == out_c &&
                     record->channels.right_shifts && window->dilation_w == 1 && row_count > 0 && row_count <= ROWS;
#endif
    for (int32_t x = 0; x < rows->out_w; x++, out += out_c) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const uint32_t column_count = (uint32_t)(columns.kx_end - columns.kx_begin);
        const uint32_t column =
            column_count > 0 ? (uint32_t)(columns.first + columns.kx_begin * window->dilation_w) : 0u;
        const uint32_t at = column * window->in_c;
        const int8_t *w =
            weights + ((uint32_t)rows->ky_begin * window->kernel_w + (uint32_t)columns.kx_begin) * out_c;
#if EF_HAVE_DSP
        if (fast && (column_count == 3u || column_count == 2u)) {
            struct ef_filters_s8 taps;
            ef_filters_s8_init(&taps, &record->channels, bias, out_c, out);
            for (uint32_t i = 0; i < row_count; i++)
                starts[i] = (const int8_t *)ef_row(rows, rows->ky_begin + (int32_t)i) + at;
            taps.rows = starts;
            taps.rows_end = starts + row_count;
            taps.run = column_count;
            taps.w = w;
            taps.filter = window->kernel_w * out_c;
            taps.step = out_c;
            ef_taps_s8(&taps);
            continue;
        }
#endif
        uint32_t sum[4], o = 0;
        if (multiplier == 1u) {
            for (; o + 4u <= out_c; o += 4u) {
                for (uint32_t j = 0; j < 4u; j++) sum[j] = bias ? (uint32_t)bias[o + j] : 0u;
                four_channels(rows, window, at + o, w + o, column_count, zero_point, sum);
                ef_channels_s8_store(&record->channels, o, 4, sum, out + o);
            }
        }
        for (uint32_t in_c = o / multiplier; o < out_c; in_c++) {
            for (uint32_t m = 0; m < multiplier; m++, o++) {
                sum[0] = bias ? (uint32_t)bias[o] : 0u;
                sum[0] = one_channel(rows, window, at + in_c, w + o, column_count, zero_point, sum[0]);
                ef_channels_s8_store(&record->channels, o, 1, sum, out + o);
            }
        }
    }
}
