/* Kernels that only ahead-of-time builds call: edgeflow's compiler has re-laid their weights and has checked for the very
 * operator whatever they need. What each one needs and refuses stands at the top of its file ef_<name>.c; its record and
 * constants are made by edgeflow/generate/ahead/tuned. Calls are those of ef_kernel.h. */
#ifndef EF_TUNED_H
#define EF_TUNED_H

#include "ef_tuned_mve.h"
#include "ef_window.h"

/* A kernel of pixels [in_c] to pixels [out_c] that reads two of them before it writes these two. The record begins with
 * the operator's struct ef_window. Pixels lie one after the other: all rows and batch entries. */
typedef void ef_pixels_kernel(const struct ef_call *call, const int8_t *in, int8_t *out, uint32_t pixels);

/* All pixels, from the first to the last or by twos from the last to the first. */
void ef_pixels_run(ef_pixels_kernel *kernel, const struct ef_call *call, const void *input, void *output);
void ef_pixels_run_backwards(ef_pixels_kernel *kernel, const struct ef_call *call, const void *input, void *output);

ef_pixels_kernel ef_conv_2d_1x1_line12_s8_dsp_pixels, ef_conv_2d_1x1_line15_s8_dsp_pixels,
    ef_conv_2d_1x1_twice_s8_dsp_pixels;

void ef_conv_2d_line12_s8_dsp_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_conv_2d_line15_s8_dsp_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_conv_2d_twice_s8_dsp_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_conv_2d_line12_s8_dsp_invoke(const struct ef_call *call);
void ef_conv_2d_line15_s8_dsp_invoke(const struct ef_call *call);
void ef_conv_2d_twice_s8_dsp_invoke(const struct ef_call *call);

void ef_fully_connected_wide_s8_dsp_invoke(const struct ef_call *call);
void ef_fully_connected_narrow_s8_dsp_invoke(const struct ef_call *call);

void ef_depthwise_conv_2d_3x3_stride1_s8_dsp_invoke(const struct ef_call *call);
void ef_depthwise_conv_2d_3x3_stride2_s8_dsp_invoke(const struct ef_call *call);

void ef_average_pool_2d_s8_dsp_invoke(const struct ef_call *call);
void ef_add_s8_dsp_invoke(const struct ef_call *call);

/* A kernel of a whole batch entry that makes its rows by twos or more, from the first or from the last. */
typedef void ef_tiles_kernel(const struct ef_call *call, const int8_t *in, int8_t *out, int backwards);

void ef_tiles_run(ef_tiles_kernel *kernel, const struct ef_call *call, const void *input, void *output);
void ef_tiles_run_backwards(ef_tiles_kernel *kernel, const struct ef_call *call, const void *input, void *output);

ef_tiles_kernel ef_conv_2d_winograd16_line_s8_dsp_tiles, ef_conv_2d_winograd16_twice_s8_dsp_tiles,
    ef_conv_2d_winograd32_line_s8_dsp_tiles, ef_conv_2d_winograd32_twice_s8_dsp_tiles,
    ef_conv_2d_winograd64_line_s8_dsp_tiles, ef_conv_2d_winograd64_twice_s8_dsp_tiles;

#endif /* EF_TUNED_H */
