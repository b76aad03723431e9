/* Geometry of TRANSPOSE_CONV: which weights and input pixels make an output pixel. */
#ifndef EF_TRANSPOSE_WINDOW_H
#define EF_TRANSPOSE_WINDOW_H

#include "ef_kernel.h"

/* Sizes are 1..32767 but for the batch. Output row y gets weight row ky from input row (y + pad_top - ky) / stride_h
 * where that divides and lies inside; columns alike. */
struct ef_transpose_window {
    uint32_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t pad_top, pad_left;
};

/* Along one axis: weight `first`, input pixel `pixel`; then weight + stride goes with pixel - 1. There are `count`. */
struct ef_taps {
    uint32_t first, pixel, count;
};

static inline struct ef_taps ef_transpose_taps(uint32_t at, uint32_t stride, uint32_t kernel, uint32_t size) {
    struct ef_taps taps = {at % stride, at / stride, 0};
    if (taps.pixel >= size) { /* the first weights would need pixels beyond the end */
        const uint32_t beyond = taps.pixel - (size - 1u);
        taps.first += beyond * stride;
        taps.pixel -= beyond;
    }
    if (taps.first < kernel) taps.count = (kernel - 1u - taps.first) / stride + 1u;
    if (taps.count > taps.pixel + 1u) taps.count = taps.pixel + 1u;
    return taps;
}

/* Fill it: operand 0 is the constant output shape, 1 the weights [O, Kh, Kw, I], 2 the input, 3 the bias or none.
 * Refuses shapes that do not belong together, strides < 1, sizes above 32767, and a fused activation as ef_dense.h. */
enum ef_status ef_transpose_window_prepare(struct ef_context *context, struct ef_transpose_window *window);

#endif /* EF_TRANSPOSE_WINDOW_H */
