/* Prepare of the int16 pools; see the header. */
#include "ef_pool_s16.h"

#include "ef_dense.h"
#include "ef_requantize.h"

#define LARGEST_WINDOW (1 << 15) /* whose sum an int32 holds */

enum ef_status ef_pool_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    struct ef_window window;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 5, EF_ACTIVATION_NONE);
    enum ef_status status = ef_window_prepare(context, &window, ef_option_i32(context, 4, 0),
                                              ef_option_i32(context, 3, 0), ef_option_i32(context, 2, 0),
                                              ef_option_i32(context, 1, 0), 1, 1,
                                              ef_option_i8(context, 0, EF_PADDING_SAME));
    if (status != EF_OK) return status;
    if (out.dims[3] != in.dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# output channels for # input channels"),
                         out.dims[3], in.dims[3]);
    const int32_t tall = window.kernel_h < window.in_h ? window.kernel_h : window.in_h;
    const int32_t wide = window.kernel_w < window.in_w ? window.kernel_w : window.in_w;
    if (tall * wide > LARGEST_WINDOW)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_NO_OPERAND, EF_TEXT("window of # values, at most #"),
                         tall * wide, LARGEST_WINDOW);
    if ((status = ef_check_same_quantization(context, EF_OUTPUT(0), &in, &out)) != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    struct ef_pool_s16 *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    int32_t min, max;
    ef_activation_range(activation, out.scale, out.zero_point, INT16_MIN, INT16_MAX, &min, &max);
    record->window = window;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    return EF_OK;
}
