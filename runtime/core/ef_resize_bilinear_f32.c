/* RESIZE_BILINEAR, float32: [N, H, W, C] to [N, H', W', C]. No scratch. Refuses what ef_resize_prepare() refuses. */
#include "ef_operators.h"
#include "ef_resize.h"

struct record {
    struct ef_resize resize;
    float step_h, step_w;
};

/* The two input pixels of an output pixel along one axis, and the weight of the second. */
struct between {
    uint32_t low, high;
    float weight;
};

static struct between between(const struct ef_resize *resize, int32_t at, float step, int32_t size) {
    const float centre = (float)at + (resize->half_pixel_centers ? 0.5f : 0.0f);
    const float scaled = centre * step;
    const float place = scaled - (resize->half_pixel_centers ? 0.5f : 0.0f);
    int32_t low = place > 0.0f ? (int32_t)place : 0;
    int32_t high = (float)low < place ? low + 1 : low;
    if (low > size - 1) low = size - 1;
    if (high > size - 1) high = size - 1;
    const struct between found = {(uint32_t)low, (uint32_t)high, place - (float)low};
    return found;
}

enum ef_status ef_resize_bilinear_f32_prepare(struct ef_context *context) {
    struct ef_resize resize;
    const enum ef_status status = ef_resize_prepare(context, &resize, 2, 3);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->resize = resize;
    record->step_h = ef_resize_step(&resize, resize.in_h, resize.out_h);
    record->step_w = ef_resize_step(&resize, resize.in_w, resize.out_w);
    return EF_OK;
}

void ef_resize_bilinear_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_resize *resize = &record->resize;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    const uint32_t channels = resize->channels, row = resize->in_w * channels;
    for (uint32_t n = 0; n < resize->batches; n++, in += resize->in_h * row) {
        for (int32_t y = 0; y < resize->out_h; y++) {
            const struct between rows = between(resize, y, record->step_h, resize->in_h);
            const float *const low = in + rows.low * row, *const high = in + rows.high * row;
            for (int32_t x = 0; x < resize->out_w; x++) {
                const struct between columns = between(resize, x, record->step_w, resize->in_w);
                const uint32_t left = columns.low * channels, right = columns.high * channels;
                const float w11 = rows.weight * columns.weight, w10 = rows.weight * (1.0f - columns.weight);
                const float w01 = (1.0f - rows.weight) * columns.weight;
                const float w00 = (1.0f - rows.weight) * (1.0f - columns.weight);
                for (uint32_t c = 0; c < channels; c++)
                    *out++ = low[left + c] * w00 + high[left + c] * w10 + low[right + c] * w01 + high[right + c] * w11;
            }
        }
    }
}
