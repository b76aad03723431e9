/* MAX_POOL_2D, float32: [N, H, W, C] to [N, H', W', C], the greatest real element of a window. No scratch. Refuses what
 * ef_pool_f32_prepare() refuses. */
#include <math.h>

#include "ef_clamp_f32.h"
#include "ef_operators.h"
#include "ef_pool_f32.h"

enum ef_status ef_max_pool_2d_f32_prepare(struct ef_context *context) { return ef_pool_f32_prepare(context); }

static inline float greater(float a, float b) { return a > b ? a : b; }

void ef_max_pool_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct ef_pool_f32 *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t channels = window->in_c;
    float *restrict out = out_row;
    for (int32_t x = 0; x < rows->out_w; x++, out += channels) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const int32_t column_count = columns.kx_end - columns.kx_begin;
        const uint32_t at = (uint32_t)(columns.first + columns.kx_begin) * channels;
        for (uint32_t c = 0; c < channels; c++) out[c] = -INFINITY;
        for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
            const float *in = (const float *)ef_row(rows, ky) + at;
            for (int32_t i = column_count; i > 0; i--, in += channels)
                for (uint32_t c = 0; c < channels; c++) out[c] = greater(out[c], in[c]);
        }
        for (uint32_t c = 0; c < channels; c++) out[c] = ef_clamp_f32(out[c], record->min, record->max);
    }
}
