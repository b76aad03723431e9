/* TRANSPOSE_CONV, int8: [N, H, W, C] by weights [O, Kh, Kw, C], int32 bias [O] or none, to [N, H', W', O]. Each output
 * pixel gathers what the reference scatters, so that no scratch is needed; rounds twice, as the reference does.
 * Refuses what ef_transpose_window_prepare() refuses. */
#include "ef_channels_s8.h"
#include "ef_dot_s8.h"
#include "ef_operators.h"
#include "ef_transpose_window.h"

struct record {
    struct ef_transpose_window window;
    struct ef_channels_s8 channels;
};

enum ef_status ef_transpose_conv_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, weights, out;
    struct ef_transpose_window window;
    const enum ef_status status = ef_transpose_window_prepare(context, &window);
    if (status != EF_OK) return status;
    ef_input(context, 1, &weights);
    ef_input(context, 2, &in);
    ef_output(context, 0, &out);
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    struct record *record =
        ef_need_record(context, (uint32_t)offsetof(struct record, channels) + ef_channels_s8_bytes(count));
    if (!record) return EF_OK;
    record->window = window;
    ef_channels_s8_prepare(&record->channels, &in, &weights, &out, ef_option_i8(context, 3, EF_ACTIVATION_NONE));
    return EF_OK;
}

/* sum[j] of four output channels, whose weights are w[j], at one output pixel. */
static void four_channels(const struct record *record, const int8_t *in, const struct ef_taps *down,
                          const struct ef_taps *across, const int8_t *const w[4], uint32_t sum[4]) {
    const struct ef_transpose_window *window = &record->window;
    const uint32_t depth = window->in_c;
    for (uint32_t i = 0; i < down->count; i++) {
        const uint32_t w_row = (down->first + i * window->stride_h) * window->kernel_w;
        const uint32_t in_row = (down->pixel - i) * window->in_w;
        for (uint32_t j = 0; j < across->count; j++) {
            const uint32_t at = (w_row + across->first + j * window->stride_w) * depth;
            const int8_t *const w4[4] = {w[0] + at, w[1] + at, w[2] + at, w[3] + at};
            ef_dot4_s8(in + (in_row + across->pixel - j) * depth, w4, depth, record->channels.in_zero_point, sum);
        }
    }
}

void ef_transpose_conv_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_transpose_window *window = &record->window;
    const int8_t *in = call->inputs[2], *weights = call->inputs[1];
    const int32_t *bias = call->inputs[3];
    int8_t *out = call->outputs[0];
    const uint32_t out_c = window->out_c, filter = (uint32_t)window->kernel_h * window->kernel_w * window->in_c;
    for (uint32_t n = 0; n < window->batches; n++, in += (uint32_t)window->in_h * window->in_w * window->in_c) {
        for (uint32_t y = 0; y < window->out_h; y++) {
            const struct ef_taps down =
                ef_transpose_taps(y + window->pad_top, window->stride_h, window->kernel_h, window->in_h);
            for (uint32_t x = 0; x < window->out_w; x++, out += out_c) {
                const struct ef_taps across =
                    ef_transpose_taps(x + window->pad_left, window->stride_w, window->kernel_w, window->in_w);
                const int8_t *w = weights;
                for (uint32_t o = 0; o < out_c; o += 4u, w += 4u * filter) {
                    const uint32_t left = out_c - o < 4u ? out_c - o : 4u;
                    const int8_t *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                                 left > 3u ? w + 3u * filter : w};
                    uint32_t sum[4] = {0, 0, 0, 0};
                    if (bias) {
                        for (uint32_t j = 0; j < left; j++) sum[j] = (uint32_t)bias[o + j];
                    }
                    four_channels(record, in, &down, &across, w4, sum);
                    ef_channels_s8_store(&record->channels, o, left, sum, out + o);
                }
            }
        }
    }
}
