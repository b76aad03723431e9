/* Checks and steps of the resizing operators; see the header. */
#include "ef_resize.h"

#include "ef_requantize.h"

#define LARGEST 32767

enum ef_status ef_resize_prepare(struct ef_context *context, struct ef_resize *resize, uint32_t align_corners_field,
                                 uint32_t half_pixel_centers_field) {
    struct ef_tensor in, size, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &size);
    ef_output(context, 0, &out);
    const int32_t align = ef_option_i8(context, align_corners_field, 0);
    const int32_t half = ef_option_i8(context, half_pixel_centers_field, 0);
    if (align != 0 && half != 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND,
                         EF_TEXT("align_corners and half_pixel_centers exclude each other"), 0, 0);
    if (size.elements != 2u)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# sizes, must be height and width"),
                         (int32_t)size.elements, 0);
    const int32_t height = ef_load_i32(size.data), width = ef_load_i32((const uint8_t *)size.data + 4);
    if (out.dims[0] != in.dims[0] || out.dims[1] != height || out.dims[2] != width || out.dims[3] != in.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0),
                         EF_TEXT("must be # high and # wide, with the input's batch and channels"), height, width);
    for (uint32_t d = 1; d < 3u; d++) {
        if (in.dims[d] > LARGEST || out.dims[d] > LARGEST)
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_NO_OPERAND, EF_TEXT("sizes above # are not offered"),
                             LARGEST, 0);
    }
    const enum ef_status status = ef_check_same_quantization(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    resize->batches = (uint32_t)in.dims[0];
    resize->channels = (uint32_t)in.dims[3];
    resize->in_h = (uint16_t)in.dims[1];
    resize->in_w = (uint16_t)in.dims[2];
    resize->out_h = (uint16_t)out.dims[1];
    resize->out_w = (uint16_t)out.dims[2];
    resize->align_corners = align != 0;
    resize->half_pixel_centers = half != 0;
    resize->reserved = 0;
    return EF_OK;
}

float ef_resize_step(const struct ef_resize *resize, int32_t in, int32_t out) {
    if (resize->align_corners && out > 1) return ef_float_ratio((float)(in - 1), 1.0f, (float)(out - 1));
    return ef_float_ratio((float)in, 1.0f, (float)out);
}
