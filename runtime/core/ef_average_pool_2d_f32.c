/* AVERAGE_POOL_2D, float32: [N, H, W, C] to [N, H', W', C], the mean over the real elements of a window. Channels are
 * made four at a time. No scratch. Refuses what ef_pool_f32_prepare() refuses. */
#include "ef_clamp_f32.h"
#include "ef_operators.h"
#include "ef_pool_f32.h"

enum ef_status ef_average_pool_2d_f32_prepare(struct ef_context *context) { return ef_pool_f32_prepare(context); }

static float mean(const struct ef_pool_f32 *record, float sum, float count) {
    return ef_clamp_f32(sum / count, record->min, record->max);
}

void ef_average_pool_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct ef_pool_f32 *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t channels = window->in_c;
    float *out = out_row;
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const int32_t column_count = columns.kx_end - columns.kx_begin;
        const float count = (float)(column_count * (rows->ky_end - rows->ky_begin));
        const uint32_t at = (uint32_t)(columns.first + columns.kx_begin) * channels;
        uint32_t c = 0;
        for (; c + 4u <= channels; c += 4u) {
            float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const float *in = (const float *)ef_row(rows, ky) + at + c;
                for (int32_t i = column_count; i > 0; i--, in += channels) {
                    s0 += in[0];
                    s1 += in[1];
                    s2 += in[2];
                    s3 += in[3];
                }
            }
            *out++ = mean(record, s0, count);
            *out++ = mean(record, s1, count);
            *out++ = mean(record, s2, count);
            *out++ = mean(record, s3, count);
        }
        for (; c < channels; c++) {
            float sum = 0.0f;
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const float *in = (const float *)ef_row(rows, ky) + at + c;
                for (int32_t i = column_count; i > 0; i--, in += channels) sum += *in;
            }
            *out++ = mean(record, sum, count);
        }
    }
}
