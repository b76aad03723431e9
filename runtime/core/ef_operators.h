/* Generated from runtime/operators.toml by `python -m edgeflow.fit.gen`. */
#ifndef EF_OPERATORS_H
#define EF_OPERATORS_H

#include "ef_config.h"
#include "ef_kernel.h"

/* 0 leaves an operator out of ef_kernels_all. */
#ifndef EF_WITH_ADD
#define EF_WITH_ADD 1
#endif
#ifndef EF_WITH_AVERAGE_POOL_2D
#define EF_WITH_AVERAGE_POOL_2D 1
#endif
#ifndef EF_WITH_CONCATENATION
#define EF_WITH_CONCATENATION 1
#endif
#ifndef EF_WITH_CONV_2D
#define EF_WITH_CONV_2D 1
#endif
#ifndef EF_WITH_DEPTHWISE_CONV_2D
#define EF_WITH_DEPTHWISE_CONV_2D 1
#endif
#ifndef EF_WITH_DEQUANTIZE
#define EF_WITH_DEQUANTIZE 1
#endif
#ifndef EF_WITH_FULLY_CONNECTED
#define EF_WITH_FULLY_CONNECTED 1
#endif
#ifndef EF_WITH_LOGISTIC
#define EF_WITH_LOGISTIC 1
#endif
#ifndef EF_WITH_MAX_POOL_2D
#define EF_WITH_MAX_POOL_2D 1
#endif
#ifndef EF_WITH_MEAN
#define EF_WITH_MEAN 1
#endif
#ifndef EF_WITH_MUL
#define EF_WITH_MUL 1
#endif
#ifndef EF_WITH_PAD
#define EF_WITH_PAD 1
#endif
#ifndef EF_WITH_PADV2
#define EF_WITH_PADV2 1
#endif
#ifndef EF_WITH_QUANTIZE
#define EF_WITH_QUANTIZE 1
#endif
#ifndef EF_WITH_RELU
#define EF_WITH_RELU 1
#endif
#ifndef EF_WITH_RELU6
#define EF_WITH_RELU6 1
#endif
#ifndef EF_WITH_RESHAPE
#define EF_WITH_RESHAPE 1
#endif
#ifndef EF_WITH_RESIZE_NEAREST_NEIGHBOR
#define EF_WITH_RESIZE_NEAREST_NEIGHBOR 1
#endif
#ifndef EF_WITH_RESIZE_BILINEAR
#define EF_WITH_RESIZE_BILINEAR 1
#endif
#ifndef EF_WITH_TRANSPOSE_CONV
#define EF_WITH_TRANSPOSE_CONV 1
#endif
#ifndef EF_WITH_BATCH_MATMUL
#define EF_WITH_BATCH_MATMUL 1
#endif
#ifndef EF_WITH_SOFTMAX
#define EF_WITH_SOFTMAX 1
#endif

/* Every kernel that this build has, in the order in which they are tried; ends in NULL. Naming it links them all. */
extern const struct ef_kernel *const ef_kernels_all[];

/* Single kernels, for a caller's own list. */
extern const struct ef_kernel ef_kernel_add_s8;
extern const struct ef_kernel ef_kernel_add_f32;
extern const struct ef_kernel ef_kernel_average_pool_2d_s8;
extern const struct ef_kernel ef_kernel_average_pool_2d_f32;
extern const struct ef_kernel ef_kernel_concatenation_s8;
extern const struct ef_kernel ef_kernel_concatenation_f32;
extern const struct ef_kernel ef_kernel_conv_2d_s8;
extern const struct ef_kernel ef_kernel_conv_2d_f32;
extern const struct ef_kernel ef_kernel_conv_2d_f32_s8;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_s8;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_f32;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_f32_s8;
extern const struct ef_kernel ef_kernel_dequantize_s8_f32;
extern const struct ef_kernel ef_kernel_dequantize_f16_f32;
extern const struct ef_kernel ef_kernel_fully_connected_s8;
extern const struct ef_kernel ef_kernel_fully_connected_f32;
extern const struct ef_kernel ef_kernel_fully_connected_f32_s8;
extern const struct ef_kernel ef_kernel_logistic_s8;
extern const struct ef_kernel ef_kernel_logistic_f32;
extern const struct ef_kernel ef_kernel_max_pool_2d_s8;
extern const struct ef_kernel ef_kernel_max_pool_2d_f32;
extern const struct ef_kernel ef_kernel_mean_s8;
extern const struct ef_kernel ef_kernel_mean_f32;
extern const struct ef_kernel ef_kernel_mul_s8;
extern const struct ef_kernel ef_kernel_mul_f32;
extern const struct ef_kernel ef_kernel_pad_s8;
extern const struct ef_kernel ef_kernel_pad_f32;
extern const struct ef_kernel ef_kernel_padv2_s8;
extern const struct ef_kernel ef_kernel_padv2_f32;
extern const struct ef_kernel ef_kernel_quantize_f32_s8;
extern const struct ef_kernel ef_kernel_quantize_s8_s8;
extern const struct ef_kernel ef_kernel_relu_s8;
extern const struct ef_kernel ef_kernel_relu_f32;
extern const struct ef_kernel ef_kernel_relu6_s8;
extern const struct ef_kernel ef_kernel_relu6_f32;
extern const struct ef_kernel ef_kernel_reshape;
extern const struct ef_kernel ef_kernel_resize_nearest_neighbor;
extern const struct ef_kernel ef_kernel_resize_bilinear_s8;
extern const struct ef_kernel ef_kernel_resize_bilinear_f32;
extern const struct ef_kernel ef_kernel_transpose_conv_s8;
extern const struct ef_kernel ef_kernel_transpose_conv_f32;
extern const struct ef_kernel ef_kernel_batch_matmul_s8;
extern const struct ef_kernel ef_kernel_batch_matmul_f32;
extern const struct ef_kernel ef_kernel_softmax_s8;
extern const struct ef_kernel ef_kernel_softmax_f32;

/* The kernels' functions, each defined in ef_<name>.c. */
enum ef_status ef_add_s8_prepare(struct ef_context *context);
void ef_add_s8_invoke(const struct ef_call *call);
enum ef_status ef_add_f32_prepare(struct ef_context *context);
void ef_add_f32_invoke(const struct ef_call *call);
enum ef_status ef_average_pool_2d_s8_prepare(struct ef_context *context);
void ef_average_pool_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_average_pool_2d_f32_prepare(struct ef_context *context);
void ef_average_pool_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_concatenation_s8_prepare(struct ef_context *context);
void ef_concatenation_s8_invoke(const struct ef_call *call);
enum ef_status ef_concatenation_f32_prepare(struct ef_context *context);
void ef_concatenation_f32_invoke(const struct ef_call *call);
enum ef_status ef_conv_2d_s8_prepare(struct ef_context *context);
void ef_conv_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_conv_2d_f32_prepare(struct ef_context *context);
void ef_conv_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_conv_2d_f32_s8_prepare(struct ef_context *context);
void ef_conv_2d_f32_s8_invoke(const struct ef_call *call);
enum ef_status ef_depthwise_conv_2d_s8_prepare(struct ef_context *context);
void ef_depthwise_conv_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_depthwise_conv_2d_f32_prepare(struct ef_context *context);
void ef_depthwise_conv_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_depthwise_conv_2d_f32_s8_prepare(struct ef_context *context);
void ef_depthwise_conv_2d_f32_s8_invoke(const struct ef_call *call);
enum ef_status ef_dequantize_s8_f32_prepare(struct ef_context *context);
void ef_dequantize_s8_f32_invoke(const struct ef_call *call);
enum ef_status ef_dequantize_f16_f32_prepare(struct ef_context *context);
void ef_dequantize_f16_f32_invoke(const struct ef_call *call);
enum ef_status ef_fully_connected_s8_prepare(struct ef_context *context);
void ef_fully_connected_s8_invoke(const struct ef_call *call);
enum ef_status ef_fully_connected_f32_prepare(struct ef_context *context);
void ef_fully_connected_f32_invoke(const struct ef_call *call);
enum ef_status ef_fully_connected_f32_s8_prepare(struct ef_context *context);
void ef_fully_connected_f32_s8_invoke(const struct ef_call *call);
enum ef_status ef_logistic_s8_prepare(struct ef_context *context);
void ef_logistic_s8_invoke(const struct ef_call *call);
enum ef_status ef_logistic_f32_prepare(struct ef_context *context);
void ef_logistic_f32_invoke(const struct ef_call *call);
enum ef_status ef_max_pool_2d_s8_prepare(struct ef_context *context);
void ef_max_pool_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_max_pool_2d_f32_prepare(struct ef_context *context);
void ef_max_pool_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
enum ef_status ef_mean_s8_prepare(struct ef_context *context);
void ef_mean_s8_invoke(const struct ef_call *call);
enum ef_status ef_mean_f32_prepare(struct ef_context *context);
void ef_mean_f32_invoke(const struct ef_call *call);
enum ef_status ef_mul_s8_prepare(struct ef_context *context);
void ef_mul_s8_invoke(const struct ef_call *call);
enum ef_status ef_mul_f32_prepare(struct ef_context *context);
void ef_mul_f32_invoke(const struct ef_call *call);
enum ef_status ef_pad_s8_prepare(struct ef_context *context);
void ef_pad_s8_invoke(const struct ef_call *call);
enum ef_status ef_pad_f32_prepare(struct ef_context *context);
void ef_pad_f32_invoke(const struct ef_call *call);
enum ef_status ef_padv2_s8_prepare(struct ef_context *context);
void ef_padv2_s8_invoke(const struct ef_call *call);
enum ef_status ef_padv2_f32_prepare(struct ef_context *context);
void ef_padv2_f32_invoke(const struct ef_call *call);
enum ef_status ef_quantize_f32_s8_prepare(struct ef_context *context);
void ef_quantize_f32_s8_invoke(const struct ef_call *call);
enum ef_status ef_quantize_s8_s8_prepare(struct ef_context *context);
void ef_quantize_s8_s8_invoke(const struct ef_call *call);
enum ef_status ef_relu_s8_prepare(struct ef_context *context);
void ef_relu_s8_invoke(const struct ef_call *call);
enum ef_status ef_relu_f32_prepare(struct ef_context *context);
void ef_relu_f32_invoke(const struct ef_call *call);
enum ef_status ef_relu6_s8_prepare(struct ef_context *context);
void ef_relu6_s8_invoke(const struct ef_call *call);
enum ef_status ef_relu6_f32_prepare(struct ef_context *context);
void ef_relu6_f32_invoke(const struct ef_call *call);
enum ef_status ef_reshape_prepare(struct ef_context *context);
void ef_reshape_invoke(const struct ef_call *call);
enum ef_status ef_resize_nearest_neighbor_prepare(struct ef_context *context);
void ef_resize_nearest_neighbor_invoke(const struct ef_call *call);
enum ef_status ef_resize_bilinear_s8_prepare(struct ef_context *context);
void ef_resize_bilinear_s8_invoke(const struct ef_call *call);
enum ef_status ef_resize_bilinear_f32_prepare(struct ef_context *context);
void ef_resize_bilinear_f32_invoke(const struct ef_call *call);
enum ef_status ef_transpose_conv_s8_prepare(struct ef_context *context);
void ef_transpose_conv_s8_invoke(const struct ef_call *call);
enum ef_status ef_transpose_conv_f32_prepare(struct ef_context *context);
void ef_transpose_conv_f32_invoke(const struct ef_call *call);
enum ef_status ef_batch_matmul_s8_prepare(struct ef_context *context);
void ef_batch_matmul_s8_invoke(const struct ef_call *call);
enum ef_status ef_batch_matmul_f32_prepare(struct ef_context *context);
void ef_batch_matmul_f32_invoke(const struct ef_call *call);
enum ef_status ef_softmax_s8_prepare(struct ef_context *context);
void ef_softmax_s8_invoke(const struct ef_call *call);
enum ef_status ef_softmax_f32_prepare(struct ef_context *context);
void ef_softmax_f32_invoke(const struct ef_call *call);

#endif /* EF_OPERATORS_H */
