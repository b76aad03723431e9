/* RESIZE_NEAREST_NEIGHBOR of any type: [N, H, W, C] to [N, H', W', C], each output pixel a copy of one input pixel. No
 * scratch. Refuses what ef_resize_prepare() refuses. */
#include <string.h>

#include "ef_operators.h"
#include "ef_resize.h"

struct record {
    struct ef_resize resize;
    float step_h, step_w;
    uint32_t pixel_bytes;
};

enum ef_status ef_resize_nearest_neighbor_prepare(struct ef_context *context) {
    struct ef_tensor in;
    struct ef_resize resize;
    ef_input(context, 0, &in);
    const enum ef_status status = ef_resize_prepare(context, &resize, 0, 1);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->resize = resize;
    record->step_h = ef_resize_step(&resize, resize.in_h, resize.out_h);
    record->step_w = ef_resize_step(&resize, resize.in_w, resize.out_w);
    record->pixel_bytes = resize.channels * ef_type_bytes(in.type);
    return EF_OK;
}

/* The input pixel of output pixel `at` along an axis of `size` input pixels. */
static uint32_t nearest(const struct ef_resize *resize, int32_t at, float step, int32_t size) {
    const float centre = (float)at + (resize->half_pixel_centers ? 0.5f : 0.0f);
    const float place = centre * step;
    int32_t pixel = (int32_t)place;
    if (resize->align_corners && place - (float)pixel >= 0.5f) pixel++;
    return (uint32_t)(pixel < size ? pixel : size - 1);
}

void ef_resize_nearest_neighbor_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_resize *resize = &record->resize;
    const uint8_t *in = call->inputs[0];
    uint8_t *out = call->outputs[0];
    const uint32_t pixel = record->pixel_bytes, row_bytes = resize->in_w * pixel;
    for (uint32_t n = 0; n < resize->batches; n++, in += resize->in_h * row_bytes) {
        for (int32_t y = 0; y < resize->out_h; y++) {
            const uint8_t *row = in + nearest(resize, y, record->step_h, resize->in_h) * row_bytes;
            for (int32_t x = 0; x < resize->out_w; x++, out += pixel)
                memcpy(out, row + nearest(resize, x, record->step_w, resize->in_w) * pixel, pixel);
        }
    }
}
