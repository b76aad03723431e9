/* AVERAGE_POOL_2D, int16: [N, H, W, C] to [N, H', W', C], the mean over the real elements of a window, halves away from
 * zero. No scratch. Refuses what ef_pool_s16_prepare() refuses. */
#include "ef_operators.h"
#include "ef_pool_s16.h"
#include "ef_requantize.h"

enum ef_status ef_average_pool_2d_s16_prepare(struct ef_context *context) { return ef_pool_s16_prepare(context); }

void ef_average_pool_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct ef_pool_s16 *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t channels = window->in_c;
    int16_t *out = out_row;
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const int32_t column_count = columns.kx_end - columns.kx_begin;
        const int32_t count = column_count * (rows->ky_end - rows->ky_begin), half = count / 2;
        const uint32_t at = (uint32_t)(columns.first + columns.kx_begin) * channels;
        for (uint32_t c = 0; c < channels; c++) {
            int32_t sum = 0;
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const int16_t *in = (const int16_t *)ef_row(rows, ky) + at + c;
                for (int32_t i = column_count; i > 0; i--, in += channels) sum += *in;
            }
            *out++ = (int16_t)ef_clamp((sum > 0 ? sum + half : sum - half) / count, record->min, record->max);
        }
    }
}
