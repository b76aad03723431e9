/* AVERAGE_POOL_2D, int8, of a whole input that comes row by row: sums of channels, and their means behind the last row,
 * halves away from zero as ef_average_pool_2d_s8_row() has them. Refuses nothing: see ef_stream.h. */
#include "ef_operators.h"
#include "ef_pool_s8.h"
#include "ef_requantize.h"

int ef_average_pool_2d_s8_take(const struct ef_call *call, uint32_t y, uint32_t rows) {
    const struct ef_pool_s8 *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t channels = window->in_c, columns = window->in_w;
    if (y == rows) {
        return window->in_h == rows && window->out_h == 1u && window->out_w == 1u && window->pad_top == 0u &&
               window->pad_left == 0u && window->kernel_h >= window->in_h && window->kernel_w >= window->in_w;
    }
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    int32_t *sums = call->scratch;
    const int32_t count = (int32_t)(columns * rows), half = count / 2;
    for (uint32_t c = 0; c < channels; c++) {
        int32_t sum = y == 0 ? 0 : sums[c];
        const int8_t *x = in + c;
        for (uint32_t i = columns; i > 0; i--, x += channels) sum += *x;
        sums[c] = sum;
        if (y + 1u < rows) continue;
        out[c] = (int8_t)ef_clamp((sum > 0 ? sum + half : sum - half) / count, record->min, record->max);
    }
    return 1;
}
