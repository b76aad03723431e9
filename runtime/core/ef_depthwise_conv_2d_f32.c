/* DEPTHWISE_CONV_2D, float32: [N, H, W, C] by weights [1, Kh, Kw, C*M], bias [C*M] or none, to [N, H', W', C*M];
 * output channel o reads input channel o/M. Channels are made four at a time, eight with FMA. No scratch.
 * Refuses output channels that are no multiple of the input's, and what ef_window_prepare() and ef_dense.h refuse. */
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_dot_f32.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_window.h"

struct record {
    struct ef_window window;
    uint16_t multiplier;
    uint16_t reserved;
    float min, max;
};

enum ef_status ef_depthwise_conv_2d_f32_prepare(struct ef_context *context) {
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
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->window = window;
    record->multiplier = (uint16_t)multiplier;
    record->reserved = 0;
    ef_activation_range_f32(activation, &record->min, &record->max);
    return EF_OK;
}

/* Four channels under one window, channel o + j with input channel o + j. `in` and `w` are at channel o of the first
 * real column of window row ky_begin. */
static void four_channels(const struct ef_rows *rows, const struct ef_window *window, uint32_t in_at, const float *w,
                          uint32_t columns, float sum[4]) {
    const uint32_t in_step = (uint32_t)window->dilation_w * window->in_c, w_step = window->out_c;
    const uint32_t w_row = (uint32_t)window->kernel_w * w_step;
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3];
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, w += w_row) {
        const float *x = (const float *)ef_row(rows, ky) + in_at, *v = w;
        for (uint32_t i = columns; i > 0; i--) {
            s0 += x[0] * v[0];
            s1 += x[1] * v[1];
            s2 += x[2] * v[2];
            s3 += x[3] * v[3];
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
static float one_channel(const struct ef_rows *rows, const struct ef_window *window, uint32_t in_at, const float *w,
                            uint32_t columns, float sum) {
    const uint32_t in_step = (uint32_t)window->dilation_w * window->in_c, w_step = window->out_c;
    const uint32_t w_row = (uint32_t)window->kernel_w * w_step;
    for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, w += w_row) {
        const float *x = (const float *)ef_row(rows, ky) + in_at, *v = w;
        for (uint32_t i = columns; i > 0; i--, x += in_step, v += w_step) sum += *x * *v;
    }
    return sum;
}

#define ROWS 12u /* of a window, whose addresses are on the stack for loops with FMA */

void ef_depthwise_conv_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const float *weights = call->inputs[1];
    const float *bias = call->inputs[2];
    float *out = out_row;
    const uint32_t out_c = window->out_c, multiplier = record->multiplier;
#if EF_HAVE_FMA
    const float *row[ROWS];
    const uint32_t count = (uint32_t)(rows->ky_end - rows->ky_begin), some = count <= ROWS ? count : 0u;
    for (uint32_t i = 0; i < some; i++) row[i] = ef_row(rows, (int32_t)(rows->ky_begin + i));
    struct ef_taps_f32 taps = {.rows = row, .rows_end = row + some};
    taps.in_step = 4u * window->dilation_w * window->in_c;
    taps.w_step = 4u * out_c;
    taps.w_row = window->kernel_w * taps.w_step;
#endif
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const uint32_t column_count = (uint32_t)(columns.kx_end - columns.kx_begin);
        const uint32_t column =
            column_count > 0 ? (uint32_t)(columns.first + columns.kx_begin * window->dilation_w) : 0u;
        const uint32_t at = column * window->in_c;
        const float *w =
            weights + ((uint32_t)rows->ky_begin * window->kernel_w + (uint32_t)columns.kx_begin) * out_c;
        uint32_t o = 0;
#if EF_HAVE_FMA
        if (multiplier == 1u && some > 0 && column_count > 0) {
            taps.at = 4u * at;
            taps.columns = column_count;
            taps.w = w;
            for (; o + 8u <= out_c; o += 8u, taps.at += 32u, taps.w += 8) {
                float sum[8];
                taps.sum = sum;
                for (uint32_t j = 0; j < 8u; j++) sum[j] = bias ? bias[o + j] : 0.0f;
                ef_eight_taps_f32(&taps);
                for (uint32_t j = 0; j < 8u; j++) *out++ = ef_clamp_f32(sum[j], record->min, record->max);
            }
        }
#endif
        if (multiplier == 1u) {
            for (; o + 4u <= out_c; o += 4u) {
                float sum[4];
                for (uint32_t j = 0; j < 4u; j++) sum[j] = bias ? bias[o + j] : 0.0f;
                four_channels(rows, window, at + o, w + o, column_count, sum);
                for (uint32_t j = 0; j < 4u; j++) *out++ = ef_clamp_f32(sum[j], record->min, record->max);
            }
        }
        for (uint32_t in_c = o / multiplier; o < out_c; in_c++) {
            for (uint32_t m = 0; m < multiplier; m++, o++) {
                const float sum = one_channel(rows, window, at + in_c, w + o, column_count,
                                                 bias ? bias[o] : 0.0f);
                *out++ = ef_clamp_f32(sum, record->min, record->max);
            }
        }
    }
}
