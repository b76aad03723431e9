/* CONV_2D, float32: [N, H, W, C] by weights [O, Kh, Kw, C/groups], bias [O] or none, to [N, H', W', O].
 * Output channels are made four at a time, each from the runs of input values under the window; with
 * FMA windows of short runs are gathered on the stack first. No scratch. Refuses weights whose channels do not divide the input's, and what ef_window_prepare() and ef_dense.h refuse. */
#include "ef_clamp_f32.h"
#include "ef_dense.h"
#include "ef_dot_f32.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_window.h"

struct record {
    struct ef_window window;
    uint16_t group_in_c, group_out_c; /* channels of one group */
    float min, max;
};

enum ef_status ef_conv_2d_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, weights, out;
    struct ef_window window;
    ef_input(context, 0, &in);
    ef_input(context, 1, &weights);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 3, EF_ACTIVATION_NONE);
    enum ef_status status =
        ef_window_prepare(context, &window, weights.dims[1], weights.dims[2], ef_option_i32(context, 2, 0),
                          ef_option_i32(context, 1, 0), ef_option_i32(context, 5, 1), ef_option_i32(context, 4, 1),
                          ef_option_i8(context, 0, EF_PADDING_SAME));
    if (status != EF_OK) return status;
    if (weights.dims[0] != out.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("weights have # filters for # output channels"),
                         weights.dims[0], out.dims[3]);
    const int32_t groups = in.dims[3] / weights.dims[3];
    if (groups * weights.dims[3] != in.dims[3] || groups == 0 || out.dims[3] % groups != 0)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("filters of # channels do not divide an input of #"),
                         weights.dims[3], in.dims[3]);
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if ((status = ef_dense_check_bias(context, out.dims[3])) != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->window = window;
    record->group_in_c = (uint16_t)weights.dims[3];
    record->group_out_c = (uint16_t)(out.dims[3] / groups);
    ef_activation_range_f32(activation, &record->min, &record->max);
    return EF_OK;
}

#if EF_HAVE_FMA
#define PATCH 64u     /* values on the stack */
#define SHORT_RUN 16u /* values in a window row up to which gathering pays */

/* A window without padding, in the order of a filter's weights. */
static void gather(const struct ef_window *window, const struct ef_rows *rows, uint32_t at, float *patch) {
    const uint32_t in_c = window->in_c, step = (uint32_t)window->dilation_w * in_c;
    for (int32_t ky = 0; ky < window->kernel_h; ky++) {
        const float *in = (const float *)ef_row(rows, ky) + at;
        for (uint32_t kx = window->kernel_w; kx > 0; kx--, in += step)
            for (uint32_t c = 0; c < in_c; c++) *patch++ = in[c];
    }
}
#endif

void ef_conv_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    const struct record *record = call->record;
    const struct ef_window *window = &record->window;
    const float *weights = call->inputs[1];
    const float *bias = call->inputs[2];
    float *out = out_row;
    const uint32_t in_c = window->in_c, out_c = window->out_c;
    const uint32_t group_in_c = record->group_in_c, group_out_c = record->group_out_c;
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * group_in_c;
    const int whole = group_in_c == in_c && window->dilation_w == 1; /* the columns of a window row are one run */
    for (int32_t x = 0; x < rows->out_w; x++) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const uint32_t column_count = (uint32_t)(columns.kx_end - columns.kx_begin);
        const uint32_t runs = whole ? (column_count > 0) : column_count;
        const uint32_t run = whole ? column_count * in_c : group_in_c;
        const uint32_t run_step = window->dilation_w * in_c;
        const int32_t column = runs > 0 ? columns.first + columns.kx_begin * window->dilation_w : 0;
        uint32_t group_end = group_out_c, in_begin = 0;
#if EF_HAVE_FMA
        float patch[PATCH];
        const int gathered = run < SHORT_RUN && group_in_c == in_c && filter <= PATCH &&
                             column_count == window->kernel_w && rows->ky_end - rows->ky_begin == window->kernel_h;
        if (gathered) gather(window, rows, (uint32_t)column * in_c, patch);
#endif
        for (uint32_t o = 0; o < out_c;) {
            if (o == group_end) {
                group_end += group_out_c;
                in_begin += group_in_c;
            }
            const uint32_t left = group_end - o;
            float sum[4];
            for (uint32_t j = 0; j < 4u; j++) sum[j] = bias && j < left ? bias[o + j] : 0.0f;
#if EF_HAVE_FMA
            if (gathered) {
                const float *const w = weights + o * filter;
                const float *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                             left > 3u ? w + 3u * filter : w};
                ef_dot4_f32(patch, w4, filter, sum);
            }
            for (int32_t ky = gathered ? rows->ky_end : rows->ky_begin; ky < rows->ky_end; ky++) {
#else
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++) {
#endif
                const float *in = (const float *)ef_row(rows, ky) + (uint32_t)column * in_c + in_begin;
                const float *w = weights + o * filter +
                                  ((uint32_t)ky * window->kernel_w + (uint32_t)columns.kx_begin) * group_in_c;
                for (uint32_t i = 0; i < runs; i++) {
                    const float *const w4[4] = {w, left > 1u ? w + filter : w, left > 2u ? w + 2u * filter : w,
                                                 left > 3u ? w + 3u * filter : w};
                    ef_dot4_f32(in, w4, run, sum);
                    in += run_step;
                    w += run;
                }
            }
            for (uint32_t j = 0; j < 4u && j < left; j++, o++)
                *out++ = ef_clamp_f32(sum[j], record->min, record->max);
        }
    }
}
