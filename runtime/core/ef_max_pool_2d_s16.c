/* MAX_POOL_2D, int16: [N, H, W, C] to [N, H', W', C], the greatest of the real elements of a window. No scratch. Refuses
 * what ef_pool_s16_prepare() refuses. */
#include "ef_operators.h"
#include "ef_pool_s16.h"
#include "ef_requantize.h"

enum ef_status ef_max_pool_2d_s16_prepare(struct ef_context *context) { return ef_pool_s16_prepare(context); }

void ef_max_pool_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct ef_pool_s16 *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t channels = window->in_c;
    int16_t *out = out_row;
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const uint32_t at = (uint32_t)(columns.first + columns.kx_begin) * channels;
        for (uint32_t c = 0; c < channels; c++) {
            int32_t greatest = INT16_MIN;
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
                const int16_t *in = (const int16_t *)ef_row(rows, ky) + at + c;
                for (int32_t i = columns.kx_end - columns.kx_begin; i > 0; i--, in += channels)
                    greatest = *in > greatest ? *in : greatest;
            }
            *out++ = (int16_t)ef_clamp(greatest, record->min, record->max);
        }
    }
}
