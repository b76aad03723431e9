/* Runs kernels that work on pixels one after the other, whatever their row, or on tiles of rows: see ef_tuned.h. */
#include "ef_tuned.h"

#define TOGETHER 2u

static uint32_t count_of(const struct ef_window *window) {
    return (uint32_t)window->batches * window->out_h * window->out_w;
}

void ef_pixels_run(ef_pixels_kernel *kernel, const struct ef_call *call, const void *input, void *output) {
    kernel(call, input, output, count_of(call->record));
}

void ef_pixels_run_backwards(ef_pixels_kernel *kernel, const struct ef_call *call, const void *input, void *output) {
    const struct ef_window *window = call->record;
    uint32_t left = count_of(window), count = left % TOGETHER ? left % TOGETHER : TOGETHER;
    for (; left > 0; count = TOGETHER) {
        left -= count;
        kernel(call, (const int8_t *)input + left * window->in_c, (int8_t *)output + left * window->out_c, count);
    }
}

void ef_tiles_run(ef_tiles_kernel *kernel, const struct ef_call *call, const void *input, void *output) {
    kernel(call, input, output, 0);
}

void ef_tiles_run_backwards(ef_tiles_kernel *kernel, const struct ef_call *call, const void *input, void *output) {
    kernel(call, input, output, 1);
}
