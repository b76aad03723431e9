/* What the resizing operators share: sizes, and how far apart output pixels lie in the input. */
#ifndef EF_RESIZE_H
#define EF_RESIZE_H

#include "ef_kernel.h"

/* Sizes of [N, H, W, C] in and out, each 1..32767 but the batch. */
struct ef_resize {
    uint32_t batches, channels;
    uint16_t in_h, in_w, out_h, out_w;
    uint8_t align_corners, half_pixel_centers;
    uint16_t reserved;
};

/* Fill it from input 0, the constant sizes of input 1, output 0 and the two option fields. Refuses an output that does
 * not follow from these, both options at once, sizes above 32767, and other quantization in the output than in the
 * input. */
enum ef_status ef_resize_prepare(struct ef_context *context, struct ef_resize *resize, uint32_t align_corners_field,
                                 uint32_t half_pixel_centers_field);

/* Input pixels from one output pixel to the next, along an axis of `in` and `out` pixels. */
float ef_resize_step(const struct ef_resize *resize, int32_t in, int32_t out);

#endif /* EF_RESIZE_H */
