/* TRANSPOSE_CONV, float32: [N, H, W, C] by weights [O, Kh, Kw, C], bias [O] or none, to [N, H', W', O]. Each output pixel
 * gathers what the reference scatters. No scratch. Refuses what ef_transpose_window_prepare() refuses. */
#include "ef_clamp_f32.h"
#include "ef_dot_f32.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_transpose_window.h"

struct record {
    struct ef_transpose_window window;
    float min, max;
};

enum ef_status ef_transpose_conv_f32_prepare(struct ef_context *context) {
    struct ef_transpose_window window;
    const enum ef_status status = ef_transpose_window_prepare(context, &window);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->window = window;
    ef_activation_range_f32(ef_option_i8(context, 3, EF_ACTIVATION_NONE), &record->min, &record->max);
    return EF_OK;
}

/* sum[j] of four output channels, whose weights are w[j], at one output pixel. */
static void four_channels(const struct ef_transpose_window *window, const float *in, const struct ef_taps *down,
                          const struct ef_taps *across, const float *const w[4], float sum[4]) {
    const uint32_t depth = window->in_c;
    for (uint32_t i = 0; i < down->count; i++) {
        const uint32_t w_row = (down->first + i * window->stride_h) * window->kernel_w;
        const uint32_t in_row = (down->pixel - i) * window->in_w;
        for (uint32_t j = 0; j < across->count; j++) {
            const uint32_t at = (w_row + across->first + j * window->stride_w) * depth;
            const float *const w4[4] = {w[0] + at, w[1] + at, w[2] + at, w[3] + at};
            ef_dot4_f32(in + (in_row + across->pixel - j) * depth, w4, depth, sum);
        }
    }
}

void ef_transpose_conv_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_transpose_window *window = &record->window;
    const float *in = call->inputs[2], *weights = call->inputs[1], *bias = call->inputs[3];
    float *out = call->outputs[0];
    const uint32_t out_c = window->out_c, filter = (uint32_t)window->kernel_h * window->kernel_w * window->in_c;
    for (uint32_t n = 0; n < window->batches; n++, in += (uint32_t)window->in_h * window->in_w * window->in_c) {
        for (uint32_t y = 0; y < window->out_h; y++) {
            const struct ef_taps down =
                ef_transpose_taps(y + window->pad_top, window->stride_h, window->kernel_h, window->in_h);
            for (uint32_t x = 0; x < window->out_w; x++) {
                const struct ef_taps across =
                    ef_transpose_taps(x + window->pad_left, window->stride_w, window->kernel_w, window->in_w);
                const float *w = weights;
                for (uint32_t o = 0; o < out_c; o += 4u, w += 4u * filter) {
                    const uint32_t left = out_c - o < 4u ? out_c - o : 4u;
                    const float *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                                left > 3u ? w + 3u * filter : w};
                    float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
                    for (uint32_t j = 0; bias && j < left; j++) sum[j] = bias[o + j];
                    four_channels(window, in, &down, &across, w4, sum);
                    for (uint32_t j = 0; j < left; j++) *out++ = ef_clamp_f32(sum[j], record->min, record->max);
                }
            }
        }
    }
}
