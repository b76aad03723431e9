/* Window operators (CONV_2D, DEPTHWISE_CONV_2D, pools) are written as row kernels: one call makes one output row. The
 * driver owns the order of rows and where they lie, so that a plan may later run them last to first (output over
 * input) or from a ring of a few rows (streaming), and kernels never know.
 *
 * A window kernel's record starts with `struct ef_window`; its prepare fills it with ef_window_prepare(). Input is
 * operand 0, output is output 0, both [N, H, W, C].
 */
#ifndef EF_WINDOW_H
#define EF_WINDOW_H

#include "ef_kernel.h"

/* Geometry, 36 bytes. Sizes are 1..32767; `dilation` multiplies the step between window elements. */
struct ef_window {
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left; /* input row of window row ky of output row y: y*stride_h - pad_top + ky*dilation_h */
    uint16_t in_element_bytes, out_element_bytes;
    uint16_t reserved;
};

/* The input rows that one output row reads. Window row ky is a real row for ky_begin <= ky < ky_end (there may be none);
 * others are padding. Its pixels are [in_w][in_c]. */
struct ef_rows {
    const uint8_t *base;  /* row slot 0 */
    uint32_t row_bytes;   /* from one slot to the next */
    int32_t slot;         /* slot of window row 0, may be negative when that is padding */
    int32_t slots;        /* slots that there are: a ring */
    int32_t step;         /* slots between window rows: dilation_h */
    uint16_t ky_begin, ky_end;
    uint16_t out_w;       /* output pixels to make: use this and not the record's (several rows may come as one) */
    uint16_t y;           /* which output row it is, for kernels that must know; others ignore it */
};

/* Fill `rows` for output row `y`; row r of the input begins at base + r % slots * row_bytes. */
void ef_window_rows(const struct ef_window *window, const void *base, uint32_t row_bytes, uint32_t slots, uint32_t y,
                    struct ef_rows *rows);

/* One past the last input row that output row `y` reads. */
uint32_t ef_window_rows_end(const struct ef_window *window, uint32_t y);

/* First byte of window row `ky`, ky_begin <= ky < ky_end. */
static inline const void *ef_row(const struct ef_rows *rows, int32_t ky) {
    int32_t slot = rows->slot + ky * rows->step;
    if (slot >= rows->slots) slot -= rows->slots;
    return rows->base + (uint32_t)slot * rows->row_bytes;
}

/* Window columns that are real for output pixel `x`: kx_begin <= kx < kx_end, and the input column of kx = 0 (may be
 * negative): the input column of kx is first + kx*dilation_w. */
struct ef_columns {
    int32_t first, kx_begin, kx_end;
};

static inline struct ef_columns ef_window_columns(const struct ef_window *window, int32_t x) {
    struct ef_columns c;
    const int32_t step = window->dilation_w, width = window->in_w;
    c.first = x * window->stride_w - window->pad_left;
    c.kx_begin = c.first < 0 ? (-c.first + step - 1) / step : 0;
    c.kx_end = window->kernel_w;
    if (c.first + (c.kx_end - 1) * step >= width) c.kx_end = c.first >= width ? 0 : (width - c.first + step - 1) / step;
    if (c.kx_begin > c.kx_end) c.kx_begin = c.kx_end;
    return c;
}

/* Fill `window` from input 0, output 0 and the given window; SAME or VALID padding as TFLite computes it. While sizes are
 * being taken it also says in the context how the output may lie over an input that dies here, of one batch entry: with
 * rows made first to last the input must begin at least `forwards` bytes behind the output's begin, with rows made last
 * to first the output at least `backwards` bytes behind the input's. Refuses
 * strides and dilations < 1, sizes above 32767, and an output whose height, width or batch do not follow from the input.
 * The channels of the output are the caller's to check. */
EF_COLD enum ef_status ef_window_prepare(struct ef_context *context, struct ef_window *window, int32_t kernel_h,
                                         int32_t kernel_w, int32_t stride_h, int32_t stride_w, int32_t dilation_h,
                                         int32_t dilation_w, int32_t padding);

/* Run a row kernel over a whole tensor, of one batch entry where rows are made `backwards`, last to first. */
void ef_window_run(const struct ef_kernel *kernel, const struct ef_call *call, int backwards);

/* Run `row` over one batch entry: `input` is what its rows point into, in elements of in_element_bytes, `output` the
 * first output row. For kernels that bring the input into another form first. */
void ef_window_run_rows(void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row),
                        const struct ef_call *call, const void *input, void *output);

/* The same, last row first. A plan may let the output end behind the input's end and begin inside it. */
void ef_window_run_rows_backwards(void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row),
                                  const struct ef_call *call, const void *input, void *output);

#endif /* EF_WINDOW_H */
