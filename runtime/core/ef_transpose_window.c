/* Geometry of TRANSPOSE_CONV; see the header. */
#include "ef_transpose_window.h"

#include "ef_dense.h"

#define LARGEST 32767

/* Padding in front of the window that would lead from the output to the input. */
static int32_t padding_before(int32_t out, int32_t kernel, int32_t stride, int32_t padding) {
    const int32_t steps = padding == EF_PADDING_SAME ? (out + stride - 1) / stride : (out + stride - kernel) / stride;
    const int32_t total = (steps - 1) * stride + kernel - out;
    return total > 0 ? total / 2 : 0;
}

enum ef_status ef_transpose_window_prepare(struct ef_context *context, struct ef_transpose_window *window) {
    struct ef_tensor shape, weights, in, bias, out;
    ef_input(context, 0, &shape);
    ef_input(context, 1, &weights);
    ef_input(context, 2, &in);
    ef_output(context, 0, &out);
    const int32_t padding = ef_option_i8(context, 0, EF_PADDING_SAME), stride_w = ef_option_i32(context, 1, 0);
    const int32_t stride_h = ef_option_i32(context, 2, 0);
    if (shape.elements != 4u)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 0, EF_TEXT("# sizes, must be 4"), (int32_t)shape.elements, 0);
    for (uint32_t d = 0; d < 4u; d++) {
        const int32_t wanted = ef_load_i32((const uint8_t *)shape.data + 4u * d);
        if (wanted != out.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 0, EF_TEXT("says # where the output has #"), wanted,
                             out.dims[d]);
        if (d > 0 && (in.dims[d] > LARGEST || out.dims[d] > LARGEST || weights.dims[d] > LARGEST))
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_NO_OPERAND, EF_TEXT("sizes above # are not offered"),
                             LARGEST, 0);
    }
    if (out.dims[0] != in.dims[0])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("batch of # for # inputs"), out.dims[0],
                         in.dims[0]);
    if (weights.dims[0] != out.dims[3] || weights.dims[3] != in.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("weights from # to # channels"), weights.dims[3],
                         weights.dims[0]);
    if (stride_h < 1 || stride_w < 1 || stride_h > LARGEST || stride_w > LARGEST)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("strides # and # (height, width)"),
                         stride_h, stride_w);
    if (padding != EF_PADDING_SAME && padding != EF_PADDING_VALID)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("padding #"), padding, 0);
    if (ef_input(context, 3, &bias) && bias.elements != (uint32_t)out.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 3, EF_TEXT("bias has # values for # channels"),
                         (int32_t)bias.elements, out.dims[3]);
    window->batches = (uint32_t)in.dims[0];
    window->in_h = (uint16_t)in.dims[1];
    window->in_w = (uint16_t)in.dims[2];
    window->in_c = (uint16_t)in.dims[3];
    window->out_h = (uint16_t)out.dims[1];
    window->out_w = (uint16_t)out.dims[2];
    window->out_c = (uint16_t)out.dims[3];
    window->kernel_h = (uint16_t)weights.dims[1];
    window->kernel_w = (uint16_t)weights.dims[2];
    window->stride_h = (uint16_t)stride_h;
    window->stride_w = (uint16_t)stride_w;
    window->pad_top = (uint16_t)padding_before(out.dims[1], weights.dims[1], stride_h, padding);
    window->pad_left = (uint16_t)padding_before(out.dims[2], weights.dims[2], stride_w, padding);
    return ef_dense_check_activation(context, ef_option_i8(context, 3, EF_ACTIVATION_NONE));
}
