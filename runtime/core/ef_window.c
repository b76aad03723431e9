/* Geometry of window operators and the loop over their rows. Refuses strides and dilations < 1, sizes above 32767 and
 * outputs whose shape does not follow from the input's. */
#include "ef_window.h"

#define LARGEST 32767

/* Output size along one axis, 0 when there is none; `*before` becomes the padding in front. */
static int32_t out_size(int32_t in, int32_t kernel, int32_t stride, int32_t dilation, int32_t padding,
                        int32_t *before) {
    const int32_t reach = (kernel - 1) * dilation + 1;
    const int32_t out = padding == EF_PADDING_SAME ? (in + stride - 1) / stride : (in + stride - reach) / stride;
    const int32_t total = (out - 1) * stride + reach - in;
    *before = padding == EF_PADDING_SAME && total > 0 ? total / 2 : 0;
    return out > 0 ? out : 0;
}

static int sizes_hold(const struct ef_tensor *tensor) {
    for (uint32_t d = 0; d < 4u; ++d) {
        if (tensor->dims[d] > LARGEST) return 0;
    }
    return 1;
}

static int in_range(int32_t value) { return value >= 1 && value <= LARGEST; }

static int32_t clamp_row(int32_t row, int32_t rows) { return row < 0 ? 0 : row < rows ? row : rows - 1; }

/* How far apart input and output must begin, so that no row is written that is still to be read. */
static void note_distances(struct ef_context *context, const struct ef_window *window) {
    const int32_t in_row = (int32_t)((uint32_t)window->in_w * window->in_c * window->in_element_bytes);
    const int32_t out_row = (int32_t)((uint32_t)window->out_w * window->out_c * window->out_element_bytes);
    const int32_t reach = (window->kernel_h - 1) * (int32_t)window->dilation_h + 1, rows = window->in_h;
    int32_t forwards = 0, backwards = 0, first = -(int32_t)window->pad_top;
    for (int32_t y = 0; y < (int32_t)window->out_h; ++y, first += window->stride_h) {
        const int32_t ahead = out_row * (y + 1) - in_row * clamp_row(first, rows);
        const int32_t behind = in_row * (clamp_row(first + reach - 1, rows) + 1) - out_row * y;
        if (ahead > forwards) forwards = ahead;
        if (behind > backwards) backwards = behind;
    }
    context->forwards = (uint32_t)forwards;
    context->backwards = (uint32_t)backwards;
}

enum ef_status ef_window_prepare(struct ef_context *context, struct ef_window *window, int32_t kernel_h,
                                 int32_t kernel_w, int32_t stride_h, int32_t stride_w, int32_t dilation_h,
                                 int32_t dilation_w, int32_t padding) {
    struct ef_tensor in, out;
    ef_input(context, 0u, &in);
    ef_output(context, 0u, &out);
    if (in.rank != 4u || out.rank != 4u || !sizes_hold(&in) || !sizes_hold(&out)) {
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 0, EF_TEXT("sizes above # are not offered"), LARGEST, 0);
    }
    if (!in_range(kernel_h) || !in_range(kernel_w)) {
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_NO_OPERAND, EF_TEXT("window of # x #"), kernel_h, kernel_w);
    }
    if (!in_range(stride_h) || !in_range(stride_w)) {
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("strides # and # (height, width)"),
                         stride_h, stride_w);
    }
    if (!in_range(dilation_h) || !in_range(dilation_w)) {
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("dilations # and # (height, width)"),
                         dilation_h, dilation_w);
    }
    if (padding != EF_PADDING_SAME && padding != EF_PADDING_VALID) {
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("padding #"), padding, 0);
    }
    int32_t top, left;
    const int32_t out_h = out_size(in.dims[1], kernel_h, stride_h, dilation_h, padding, &top);
    const int32_t out_w = out_size(in.dims[2], kernel_w, stride_w, dilation_w, padding, &left);
    if (out_h != out.dims[1] || out_w != out.dims[2] || out.dims[0] != in.dims[0]) {
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0),
                         EF_TEXT("height and width must be # and #, the batch that of the input"), out_h, out_w);
    }
    if (top > LARGEST || left > LARGEST) {
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_NO_OPERAND, EF_TEXT("padding of # rows, # columns"), top,
                         left);
    }
    window->batches = (uint16_t)in.dims[0];
    window->in_h = (uint16_t)in.dims[1];
    window->in_w = (uint16_t)in.dims[2];
    window->in_c = (uint16_t)in.dims[3];
    window->out_h = (uint16_t)out_h;
    window->out_w = (uint16_t)out_w;
    window->out_c = (uint16_t)out.dims[3];
    window->kernel_h = (uint16_t)kernel_h;
    window->kernel_w = (uint16_t)kernel_w;
    window->stride_h = (uint16_t)stride_h;
    window->stride_w = (uint16_t)stride_w;
    window->dilation_h = (uint16_t)dilation_h;
    window->dilation_w = (uint16_t)dilation_w;
    window->pad_top = (uint16_t)top;
    window->pad_left = (uint16_t)left;
    window->in_element_bytes = (uint16_t)ef_type_bytes(in.type);
    window->out_element_bytes = (uint16_t)ef_type_bytes(out.type);
    window->reserved = 0u;
    if (context->record == NULL && window->batches == 1u) note_distances(context, window);
    return EF_OK;
}

void ef_window_rows(const struct ef_window *window, const void *base, uint32_t row_bytes, uint32_t slots, uint32_t y,
                    struct ef_rows *rows) {
    const int32_t step = window->dilation_h, height = window->in_h;
    const int32_t first = (int32_t)(y * window->stride_h) - window->pad_top;
    int32_t begin = first < 0 ? (-first + step - 1) / step : 0;
    int32_t end = window->kernel_h;
    if (first + (end - 1) * step >= height) end = first >= height ? 0 : (height - first + step - 1) / step;
    if (begin > end) begin = end;
    rows->base = base;
    rows->row_bytes = row_bytes;
    rows->slot = begin < end ? (int32_t)((uint32_t)(first + begin * step) % slots) - begin * step : 0;
    rows->slots = (int32_t)slots;
    rows->step = step;
    rows->ky_begin = (uint16_t)begin;
    rows->ky_end = (uint16_t)end;
    rows->out_w = window->out_w;
    rows->y = (uint16_t)y;
}

uint32_t ef_window_rows_end(const struct ef_window *window, uint32_t y) {
    const int32_t last = (int32_t)(y * window->stride_h) - window->pad_top +
                         (window->kernel_h - 1) * (int32_t)window->dilation_h;
    if (last >= (int32_t)window->in_h) return window->in_h;
    return last < 0 ? 0u : (uint32_t)last + 1u;
}

/* All rows of one batch entry: from row 0 on, or from the last one backwards. */
EF_OWN_FRAME static void run_rows(void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row),
                     const struct ef_call *call, const uint8_t *input, uint8_t *output, int backwards) {
    const struct ef_window *window = call->record;
    const uint32_t in_row = (uint32_t)window->in_w * window->in_c * window->in_element_bytes;
    const uint32_t out_row = (uint32_t)window->out_w * window->out_c * window->out_element_bytes;
    struct ef_rows rows;
    for (uint32_t i = 0; i < window->out_h; ++i) {
        const uint32_t y = backwards ? window->out_h - 1u - i : i;
        ef_window_rows(window, input, in_row, window->in_h, y, &rows);
        row(call, &rows, output + y * out_row);
    }
}

void ef_window_run_rows(void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row),
                        const struct ef_call *call, const void *input, void *output) {
    run_rows(row, call, input, output, 0);
}

void ef_window_run_rows_backwards(void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row),
                                  const struct ef_call *call, const void *input, void *output) {
    run_rows(row, call, input, output, 1);
}

void ef_window_run(const struct ef_kernel *kernel, const struct ef_call *call, int backwards) {
    const struct ef_window *window = call->record;
    const uint32_t in_row = (uint32_t)window->in_w * window->in_c * window->in_element_bytes;
    const uint32_t out_row = (uint32_t)window->out_w * window->out_c * window->out_element_bytes;
    const uint8_t *input = call->inputs[0];
    uint8_t *output = call->outputs[0];
    for (uint32_t n = 0; n < window->batches; ++n) {
        run_rows(kernel->row, call, input, output, backwards);
        input += in_row * window->in_h;
        output += out_row * window->out_h;
    }
}
