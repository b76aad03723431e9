/* DEPTHWISE_CONV_2D, float32 activations by int8 weights [1, Kh, Kw, C*m], float32 bias [C*m] or none: [N, H, W, C] to
 * [N, H', W', C*m]. Each batch entry is quantized as a whole into the scratch, asymmetric, as LiteRT does.
 * Refuses channels that do not belong together, and what ef_window_prepare() and ef_dense.h refuse. */
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_hybrid.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_window.h"

struct record {
    struct ef_window window; /* of the quantized input: elements of one byte */
    float min, max;
    uint32_t multiplier; /* output channels of one input channel */
    uint32_t count;      /* of scales: 1, or one a channel */
    float scales[1];
};

enum ef_status ef_depthwise_conv_2d_f32_s8_prepare(struct ef_context *context) {
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
    if (weights.dims[0] != 1 || weights.dims[3] != out.dims[3] || out.dims[3] % in.dims[3] != 0)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("weights of # channels for an input of #"),
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
    record->multiplier = (uint32_t)(out.dims[3] / in.dims[3]);
    record->count = count;
    for (uint32_t i = 0; i < count; i++) record->scales[i] = ef_tensor_scale(&weights, i);
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
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        for (uint32_t o = 0; o < out_c; o++) {
            const uint32_t channel = o / record->multiplier;
            int32_t sum = 0;
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const int8_t *line = (const int8_t *)ef_row(rows, ky) + channel;
                const int8_t *w = weights + (uint32_t)ky * window->kernel_w * out_c + o;
                for (int32_t kx = columns.kx_begin; kx < columns.kx_end; kx++) {
                    const uint32_t column = (uint32_t)(columns.first + kx * window->dilation_w);
                    const int32_t product = (line[column * in_c] - hybrid->offset) * w[(uint32_t)kx * out_c];
                    sum = (int32_t)((uint32_t)sum + (uint32_t)product);
                }
            }
            const float scale = record->scales[record->count > 1u ? o : 0u] * hybrid->scale;
            *out++ = ef_clamp_f32((float)sum * scale + (bias ? bias[o] : 0.0f), record->min, record->max);
        }
    }
}

void ef_depthwise_conv_2d_f32_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t in_values = (uint32_t)window->in_h * window->in_w * window->in_c;
    const uint32_t out_values = (uint32_t)window->out_h * window->out_w * window->out_c;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t n = 0; n < window->batches; n++, in += in_values, out += out_values) {
        ef_hybrid_quantize(in, in_values, 1, call->scratch);
        ef_window_run_rows(row, call, ef_hybrid_values(call->scratch), out);
    }
}
