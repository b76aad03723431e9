/* TRANSPOSE_CONV, int16 by int8 weights: [N, H, W, C] by weights [O, Kh, Kw, C], int64 bias [O] or none, to
 * [N, H', W', O]. Each output pixel gathers what the reference scatters, so that no scratch is needed. Refuses what
 * ef_transpose_window_prepare() and ef_channels_s16_check() refuse. */
#include "ef_channels_s16.h"
#include "ef_operators.h"
#include "ef_transpose_window.h"

struct record {
    struct ef_transpose_window window;
    struct ef_channels_s16 channels;
};

enum ef_status ef_transpose_conv_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, weights, out;
    struct ef_transpose_window window;
    enum ef_status status = ef_transpose_window_prepare(context, &window);
    if (status != EF_OK) return status;
    ef_input(context, 1, &weights);
    ef_input(context, 2, &in);
    ef_output(context, 0, &out);
    if ((status = ef_channels_s16_check(context, &in, &weights, &out)) != EF_OK) return status;
    const uint32_t count = weights.scale_count > 1u ? weights.scale_count : 1u;
    struct record *record =
        ef_need_record(context, (uint32_t)offsetof(struct record, channels) + ef_channels_s16_bytes(count));
    if (!record) return EF_OK;
    record->window = window;
    ef_channels_s16_prepare(&record->channels, &in, &weights, &out, ef_option_i8(context, 3, EF_ACTIVATION_NONE));
    return EF_OK;
}

/* sum[j] of up to four output channels from `weights` on, at one output pixel. */
static void four_channels(const struct record *record, const int16_t *in, const struct ef_taps *down,
                          const struct ef_taps *across, const int8_t *weights, uint32_t left, int64_t sum[4]) {
    const struct ef_transpose_window *window = &record->window;
    const uint32_t depth = window->in_c, filter = (uint32_t)window->kernel_h * window->kernel_w * depth;
    for (uint32_t i = 0; i < down->count; i++) {
        const uint32_t w_row = (down->first + i * window->stride_h) * window->kernel_w;
        const uint32_t in_row = (down->pixel - i) * window->in_w;
        for (uint32_t j = 0; j < across->count; j++) {
            const int8_t *w = weights + (w_row + across->first + j * window->stride_w) * depth;
            const int8_t *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                         left > 3u ? w + 3u * filter : w};
            ef_dot4_s16(in + (in_row + across->pixel - j) * depth, w4, depth, sum);
        }
    }
}

void ef_transpose_conv_s16_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_transpose_window *window = &record->window;
    const int16_t *in = call->inputs[2];
    int16_t *out = call->outputs[0];
    const uint32_t out_c = window->out_c, filter = (uint32_t)window->kernel_h * window->kernel_w * window->in_c;
    for (uint32_t n = 0; n < window->batches; n++, in += (uint32_t)window->in_h * window->in_w * window->in_c) {
        for (uint32_t y = 0; y < window->out_h; y++) {
            const struct ef_taps down =
                ef_transpose_taps(y + window->pad_top, window->stride_h, window->kernel_h, window->in_h);
            for (uint32_t x = 0; x < window->out_w; x++, out += out_c) {
                const struct ef_taps across =
                    ef_transpose_taps(x + window->pad_left, window->stride_w, window->kernel_w, window->in_w);
                const int8_t *w = call->inputs[1];
                for (uint32_t o = 0; o < out_c; o += 4u, w += 4u * filter) {
                    const uint32_t left = out_c - o < 4u ? out_c - o : 4u;
                    int64_t sum[4] = {0, 0, 0, 0};
                    ef_channels_s16_begin(call->inputs[3], o, left, sum);
                    four_channels(record, in, &down, &across, w, left, sum);
                    ef_channels_s16_store(&record->channels, o, left, sum, out + o);
                }
            }
        }
    }
}
