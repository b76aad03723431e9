/* CONV_2D, int16 by int8 weights: [N, H, W, C] by weights [O, Kh, Kw, C/groups], int64 bias [O] or none, to
 * [N, H', W', O]. Output channels are made four at a time, each from the runs of input values under the window. With
 * the DSP extension four windows at a time lie in scratch (ef_conv_2d_s16_dsp.c); without scratch it works as well,
 * slower. Refuses weights whose channels do not divide the input's, and what ef_window_prepare(), ef_dense.h and
 * ef_channels_s16_check() refuse. */
#include "ef_channels_s16.h"
#include "ef_conv_2d_s16_dsp.h"
#include "ef_dense.h"
#include "ef_operators.h"
#include "ef_window.h"

struct record {
    struct ef_window window;
    uint16_t group_in_c, group_out_c; /* channels of one group */
    struct ef_channels_s16 channels;
};

enum ef_status ef_conv_2d_s16_prepare(struct ef_context *context) {
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
    if ((status = ef_channels_s16_check(context, &in, &weights, &out)) != EF_OK) return status;
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    const uint32_t filter = weights.elements / (uint32_t)weights.dims[0];
    ef_need_scratch(context, filter <= EF_CONV_2D_S16_WINDOW ? ef_conv_2d_s16_scratch(window.in_c, filter) : 0u);
    struct record *record =
        ef_need_record(context, (uint32_t)offsetof(struct record, channels) + ef_channels_s16_bytes(count));
    if (!record) return EF_OK;
    record->window = window;
    record->group_in_c = (uint16_t)weights.dims[3];
    record->group_out_c = (uint16_t)(out.dims[3] / groups);
    ef_channels_s16_prepare(&record->channels, &in, &weights, &out, activation);
    return EF_OK;
}

/* Up to four channels of one group under one window; `in_at` is the first real column, in values. */
static void four_channels(const struct record *record, const struct ef_rows *rows, const struct ef_columns *columns,
                          uint32_t in_at, const int8_t *weights, uint32_t left, int64_t sum[4]) {
    const struct ef_window *window = &record->window;
    const uint32_t depth = record->group_in_c, filter = (uint32_t)window->kernel_h * window->kernel_w * depth;
    const uint32_t column_count = (uint32_t)(columns->kx_end - columns->kx_begin);
    const int whole = depth == window->in_c && window->dilation_w == 1; /* the columns of a window row are one run */
    const uint32_t runs = whole ? (column_count > 0) : column_count, run = whole ? column_count * depth : depth;
    const uint32_t run_step = (uint32_t)window->dilation_w * window->in_c;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
        const int16_t *in = (const int16_t *)ef_row(rows, ky) + in_at;
        const int8_t *w = weights + ((uint32_t)ky * window->kernel_w + (uint32_t)columns->kx_begin) * depth;
        for (uint32_t i = 0; i < runs; i++, in += run_step, w += run) {
            const int8_t *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                         left > 3u ? w + 3u * filter : w};
            ef_dot4_s16(in, w4, run, sum);
        }
    }
}

void ef_conv_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    int16_t *out = out_row;
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * record->group_in_c;
    int32_t x = 0;
#if EF_HAVE_DSP
    if (call->scratch && filter <= EF_CONV_2D_S16_WINDOW && record->group_in_c == window->in_c) {
        x = ef_conv_2d_s16_dsp(window, &record->channels, call, rows, out);
        out += (uint32_t)x * window->out_c;
    }
#endif
    for (; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const int32_t column =
            columns.kx_end > columns.kx_begin ? columns.first + columns.kx_begin * window->dilation_w : 0;
        uint32_t in_at = (uint32_t)column * window->in_c, group_end = record->group_out_c;
        for (uint32_t o = 0; o < window->out_c;) {
            if (o == group_end) {
                group_end += record->group_out_c;
                in_at += record->group_in_c;
            }
            const uint32_t left = group_end - o < 4u ? group_end - o : 4u;
            int64_t sum[4] = {0, 0, 0, 0};
            ef_channels_s16_begin(call->inputs[2], o, left, sum);
            four_channels(record, rows, &columns, in_at, (const int8_t *)call->inputs[1] + o * filter, left, sum);
            ef_channels_s16_store(&record->channels, o, left, sum, out);
            out += left;
            o += left;
        }
    }
}
