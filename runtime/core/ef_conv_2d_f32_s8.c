/* CONV_2D, float32 activations by int8 weights [O, Kh, Kw, C], float32 bias [O] or none: [N, H, W, C] to [N, H', W', O].
 * Each batch entry is quantized as a whole into the scratch, symmetric where all filters have one scale, as LiteRT does.
 * Refuses filters that see only a part of the channels, and what ef_window_prepare() and ef_dense.h refuse. */
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_dot_s8.h"
#include "ef_hybrid.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_window.h"

struct record {
    struct ef_window window; /* of the quantized input: elements of one byte */
    float min, max;
    uint16_t asymmetric, reserved;
    uint32_t count; /* of scales: 1, or one a channel */
    float scales[1];
};

enum ef_status ef_conv_2d_f32_s8_prepare(struct ef_context *context) {
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
    if (weights.dims[3] != in.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("filters of # channels for an input of #"),
                         weights.dims[3], in.dims[3]);
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if ((status = ef_dense_check_bias(context, out.dims[3])) != EF_OK) return status;
    ef_need_scratch(context, EF_HYBRID_SCRATCH(in.elements / (uint32_t)in.dims[0]));
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    struct record *record =
        ef_need_record(context, (uint32_t)(offsetof(struct record, scales) + count * sizeof record->scales[0]));
    if (!record) return EF_OK;
    record->window = window;
    record->window.in_element_bytes = 1u;
    ef_activation_range_f32(activation, &record->min, &record->max);
    record->asymmetric = 0u;
    record->reserved = 0u;
    record->count = count;
    for (uint32_t i = 0; i < count; i++) {
        record->scales[i] = ef_tensor_scale(&weights, i);
        if (record->scales[i] < record->scales[0] || record->scales[i] > record->scales[0]) record->asymmetric = 1u;
    }
    return EF_OK;
}

static void row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const struct ef_hybrid *hybrid = call->scratch;
    const int8_t *weights = call->inputs[1];
    const float *bias = call->inputs[2];
    float *out = out_row;
    const uint32_t in_c = window->in_c, out_c = window->out_c;
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * in_c;
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        for (uint32_t o = 0; o < out_c; o += 4u) {
            const uint32_t left = out_c - o;
            uint32_t sum[4] = {0u, 0u, 0u, 0u};
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const int8_t *line = ef_row(rows, ky);
                for (int32_t kx = columns.kx_begin; kx < columns.kx_end; kx++) {
                    const uint32_t column = (uint32_t)(columns.first + kx * window->dilation_w);
                    const int8_t *w = weights + o * filter + ((uint32_t)ky * window->kernel_w + (uint32_t)kx) * in_c;
                    const int8_t *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                                 left > 3u ? w + 3u * filter : w};
                    ef_dot4_s8(line + column * in_c, w4, in_c, hybrid->offset, sum);
                }
            }
            for (uint32_t j = 0; j < 4u && j < left; j++) {
                const float scale = record->scales[record->count > 1u ? o + j : 0u] * hybrid->scale;
                const float value = (float)(int32_t)sum[j] * scale + (bias ? bias[o + j] : 0.0f);
                *out++ = ef_clamp_f32(value, record->min, record->max);
            }
        }
    }
}

void ef_conv_2d_f32_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t in_values = (uint32_t)window->in_h * window->in_w * window->in_c;
    const uint32_t out_values = (uint32_t)window->out_h * window->out_w * window->out_c;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t n = 0; n < window->batches; n++, in += in_values, out += out_values) {
        ef_hybrid_quantize(in, in_values, record->asymmetric, call->scratch);
        ef_window_run_rows(row, call, ef_hybrid_values(call->scratch), out);
    }
}
