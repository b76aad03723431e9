/* DEPTHWISE_CONV_2D, int16 by int8 weights: [N, H, W, C] by weights [1, Kh, Kw, C*M], int64 bias [C*M] or none, to
 * [N, H', W', C*M]; output channel o reads input channel o/M. With the DSP extension channels are made four at a time
 * where M is 1 (ef_depthwise_conv_2d_s16_dsp.c). No scratch. Refuses output channels that are no multiple of the input's,
 * and what ef_window_prepare(), ef_dense.h and ef_channels_s16_check() refuse. */
#include "ef_channels_s16.h"
#include "ef_dense.h"
#include "ef_depthwise_conv_2d_s16_dsp.h"
#include "ef_operators.h"
#include "ef_window.h"

struct record {
    struct ef_window window;
    uint32_t multiplier;
    struct ef_channels_s16 channels;
};

enum ef_status ef_depthwise_conv_2d_s16_prepare(struct ef_context *context) {
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
    if ((status = ef_channels_s16_check(context, &in, &weights, &out)) != EF_OK) return status;
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    struct record *record =
        ef_need_record(context, (uint32_t)offsetof(struct record, channels) + ef_channels_s16_bytes(count));
    if (!record) return EF_OK;
    record->window = window;
    record->multiplier = (uint32_t)multiplier;
    ef_channels_s16_prepare(&record->channels, &in, &weights, &out, activation);
    return EF_OK;
}

void ef_depthwise_conv_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    int16_t *out = out_row;
    const uint32_t out_c = window->out_c, in_step = (uint32_t)window->dilation_w * window->in_c;
    uint32_t made = 0;
#if EF_HAVE_DSP
    if (record->multiplier == 1u) made = ef_depthwise_conv_2d_s16_dsp(window, &record->channels, call, rows, out);
#endif
    for (int32_t x = 0; x < rows->out_w && made < out_c; x++, out += out_c) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const int32_t count = columns.kx_end - columns.kx_begin;
        const uint32_t at =
            count > 0 ? (uint32_t)(columns.first + columns.kx_begin * window->dilation_w) * window->in_c : 0u;
        for (uint32_t o = made; o < out_c; o++) {
            int64_t sum;
            ef_channels_s16_begin(call->inputs[2], o, 1, &sum);
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const int16_t *in = (const int16_t *)ef_row(rows, ky) + at + o / record->multiplier;
                const int8_t *w = (const int8_t *)call->inputs[1] + o +
                                  ((uint32_t)ky * window->kernel_w + (uint32_t)columns.kx_begin) * out_c;
                for (int32_t i = count; i > 0; i--, in += in_step, w += out_c)
                    sum = ef_channels_s16_add(sum, *in * *w);
            }
            ef_channels_s16_store(&record->channels, o, 1, &sum, out + o);
        }
    }
}
