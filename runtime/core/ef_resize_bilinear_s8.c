/* RESIZE_BILINEAR, int8: [N, H, W, C] to [N, H', W', C], places and weights with 10 fractional bits, halves away from
 * zero. No scratch. Refuses what ef_resize_prepare() refuses, and sizes so far apart that 10 bits of step lead past the
 * input's edge. */
#include "ef_operators.h"
#include "ef_resize.h"

struct record {
    struct ef_resize resize;
    int32_t step_h, step_w; /* Q10 */
};

#define ONE 1024

/* Input pixels from one output pixel to the next, Q10. */
static int32_t step_of(const struct ef_resize *resize, int32_t in, int32_t out) {
    if (resize->align_corners && out > 1) return (ONE * (in - 1) + (out - 1) / 2) / (out - 1);
    return (ONE * in + out / 2) / out;
}

/* The two input pixels of an output pixel along one axis, and the weight of the second, Q10. */
struct between {
    uint32_t low, high;
    int32_t weight;
};

static int32_t place_of(const struct ef_resize *resize, int32_t at, int32_t step) {
    return at * step + (resize->half_pixel_centers ? step / 2 - ONE / 2 : 0);
}

static struct between between(const struct ef_resize *resize, int32_t at, int32_t step, int32_t size) {
    const int32_t place = place_of(resize, at, step);
    const int32_t low = place > 0 ? place / ONE : 0, above = (place + ONE - 1) / ONE;
    const struct between found = {(uint32_t)low, (uint32_t)(above < size ? above : size - 1), place - ONE * low};
    return found;
}

enum ef_status ef_resize_bilinear_s8_prepare(struct ef_context *context) {
    struct ef_resize resize;
    const enum ef_status status = ef_resize_prepare(context, &resize, 2, 3);
    if (status != EF_OK) return status;
    const int32_t step_h = step_of(&resize, resize.in_h, resize.out_h);
    const int32_t step_w = step_of(&resize, resize.in_w, resize.out_w);
    if (place_of(&resize, resize.out_h - 1, step_h) >= ONE * resize.in_h ||
        place_of(&resize, resize.out_w - 1, step_w) >= ONE * resize.in_w)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# x # is too large for this input"),
                         resize.out_h, resize.out_w);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->resize = resize;
    record->step_h = step_h;
    record->step_w = step_w;
    return EF_OK;
}

void ef_resize_bilinear_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_resize *resize = &record->resize;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t channels = resize->channels, row_bytes = resize->in_w * channels;
    for (uint32_t n = 0; n < resize->batches; n++, in += resize->in_h * row_bytes) {
        for (int32_t y = 0; y < resize->out_h; y++) {
            const struct between rows = between(resize, y, record->step_h, resize->in_h);
            const int8_t *const low = in + rows.low * row_bytes, *const high = in + rows.high * row_bytes;
            for (int32_t x = 0; x < resize->out_w; x++) {
                const struct between columns = between(resize, x, record->step_w, resize->in_w);
                const uint32_t left = columns.low * channels, right = columns.high * channels;
                const int32_t w11 = rows.weight * columns.weight, w10 = rows.weight * (ONE - columns.weight);
                const int32_t w01 = (ONE - rows.weight) * columns.weight;
                const int32_t w00 = (ONE - rows.weight) * (ONE - columns.weight);
                for (uint32_t c = 0; c < channels; c++) {
                    const int32_t sum = low[left + c] * w00 + low[right + c] * w01 + high[left + c] * w10 +
                                        high[right + c] * w11; /* at most 128 * 2^22 in size */
                    *out++ = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                }
            }
        }
    }
}
