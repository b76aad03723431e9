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
#ifndef EF_WITH_SVDF
#define EF_WITH_SVDF 1
#endif
#ifndef EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM
#define EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM 1
#endif
#ifndef EF_WITH_SOFTMAX
#define EF_WITH_SOFTMAX 1
#endif
#ifndef EF_WITH_TANH
#define EF_WITH_TANH 1
#endif
#ifndef EF_WITH_ELU
#define EF_WITH_ELU 1
#endif
#ifndef EF_WITH_GELU
#define EF_WITH_GELU 1
#endif
#ifndef EF_WITH_EXP
#define EF_WITH_EXP 1
#endif
#ifndef EF_WITH_LOG
#define EF_WITH_LOG 1
#endif
#ifndef EF_WITH_SQRT
#define EF_WITH_SQRT 1
#endif
#ifndef EF_WITH_RSQRT
#define EF_WITH_RSQRT 1
#endif
#ifndef EF_WITH_ABS
#define EF_WITH_ABS 1
#endif
#ifndef EF_WITH_NEG
#define EF_WITH_NEG 1
#endif
#ifndef EF_WITH_FLOOR
#define EF_WITH_FLOOR 1
#endif
#ifndef EF_WITH_CEIL
#define EF_WITH_CEIL 1
#endif
#ifndef EF_WITH_ROUND
#define EF_WITH_ROUND 1
#endif
#ifndef EF_WITH_HARD_SWISH
#define EF_WITH_HARD_SWISH 1
#endif
#ifndef EF_WITH_LEAKY_RELU
#define EF_WITH_LEAKY_RELU 1
#endif
#ifndef EF_WITH_RELU_N1_TO_1
#define EF_WITH_RELU_N1_TO_1 1
#endif
#ifndef EF_WITH_LOGICAL_NOT
#define EF_WITH_LOGICAL_NOT 1
#endif
#ifndef EF_WITH_SUB
#define EF_WITH_SUB 1
#endif
#ifndef EF_WITH_DIV
#define EF_WITH_DIV 1
#endif
#ifndef EF_WITH_MAXIMUM
#define EF_WITH_MAXIMUM 1
#endif
#ifndef EF_WITH_MINIMUM
#define EF_WITH_MINIMUM 1
#endif
#ifndef EF_WITH_SQUARED_DIFFERENCE
#define EF_WITH_SQUARED_DIFFERENCE 1
#endif
#ifndef EF_WITH_PRELU
#define EF_WITH_PRELU 1
#endif
#ifndef EF_WITH_EQUAL
#define EF_WITH_EQUAL 1
#endif
#ifndef EF_WITH_NOT_EQUAL
#define EF_WITH_NOT_EQUAL 1
#endif
#ifndef EF_WITH_LESS
#define EF_WITH_LESS 1
#endif
#ifndef EF_WITH_LESS_EQUAL
#define EF_WITH_LESS_EQUAL 1
#endif
#ifndef EF_WITH_GREATER
#define EF_WITH_GREATER 1
#endif
#ifndef EF_WITH_GREATER_EQUAL
#define EF_WITH_GREATER_EQUAL 1
#endif
#ifndef EF_WITH_LOGICAL_AND
#define EF_WITH_LOGICAL_AND 1
#endif
#ifndef EF_WITH_LOGICAL_OR
#define EF_WITH_LOGICAL_OR 1
#endif
#ifndef EF_WITH_SQUEEZE
#define EF_WITH_SQUEEZE 1
#endif
#ifndef EF_WITH_EXPAND_DIMS
#define EF_WITH_EXPAND_DIMS 1
#endif
#ifndef EF_WITH_TRANSPOSE
#define EF_WITH_TRANSPOSE 1
#endif
#ifndef EF_WITH_SLICE
#define EF_WITH_SLICE 1
#endif
#ifndef EF_WITH_STRIDED_SLICE
#define EF_WITH_STRIDED_SLICE 1
#endif
#ifndef EF_WITH_TILE
#define EF_WITH_TILE 1
#endif
#ifndef EF_WITH_BROADCAST_TO
#define EF_WITH_BROADCAST_TO 1
#endif
#ifndef EF_WITH_SPACE_TO_DEPTH
#define EF_WITH_SPACE_TO_DEPTH 1
#endif
#ifndef EF_WITH_DEPTH_TO_SPACE
#define EF_WITH_DEPTH_TO_SPACE 1
#endif
#ifndef EF_WITH_MIRROR_PAD
#define EF_WITH_MIRROR_PAD 1
#endif
#ifndef EF_WITH_SPLIT
#define EF_WITH_SPLIT 1
#endif
#ifndef EF_WITH_SPLIT_V
#define EF_WITH_SPLIT_V 1
#endif
#ifndef EF_WITH_UNPACK
#define EF_WITH_UNPACK 1
#endif
#ifndef EF_WITH_PACK
#define EF_WITH_PACK 1
#endif
#ifndef EF_WITH_GATHER
#define EF_WITH_GATHER 1
#endif
#ifndef EF_WITH_SHAPE
#define EF_WITH_SHAPE 1
#endif
#ifndef EF_WITH_CAST
#define EF_WITH_CAST 1
#endif
#ifndef EF_WITH_SELECT_V2
#define EF_WITH_SELECT_V2 1
#endif
#ifndef EF_WITH_SUM
#define EF_WITH_SUM 1
#endif
#ifndef EF_WITH_REDUCE_MAX
#define EF_WITH_REDUCE_MAX 1
#endif
#ifndef EF_WITH_REDUCE_MIN
#define EF_WITH_REDUCE_MIN 1
#endif
#ifndef EF_WITH_ARG_MAX
#define EF_WITH_ARG_MAX 1
#endif
#ifndef EF_WITH_ARG_MIN
#define EF_WITH_ARG_MIN 1
#endif
#ifndef EF_WITH_L2_NORMALIZATION
#define EF_WITH_L2_NORMALIZATION 1
#endif
#ifndef EF_WITH_LOG_SOFTMAX
#define EF_WITH_LOG_SOFTMAX 1
#endif

/* Every kernel that this build has, in the order in which they are tried; ends in NULL. Naming it links them all. */
extern const struct ef_kernel *const ef_kernels_all[];

/* Single kernels, for a caller's own list. */
extern const struct ef_kernel ef_kernel_add_s8;
extern const struct ef_kernel ef_kernel_add_f32;
extern const struct ef_kernel ef_kernel_add_s16;
extern const struct ef_kernel ef_kernel_average_pool_2d_s8;
extern const struct ef_kernel ef_kernel_average_pool_2d_f32;
extern const struct ef_kernel ef_kernel_average_pool_2d_s16;
extern const struct ef_kernel ef_kernel_concatenation_s8;
extern const struct ef_kernel ef_kernel_concatenation_f32;
extern const struct ef_kernel ef_kernel_concatenation_s16;
extern const struct ef_kernel ef_kernel_conv_2d_s8;
extern const struct ef_kernel ef_kernel_conv_2d_f32;
extern const struct ef_kernel ef_kernel_conv_2d_f32_s8;
extern const struct ef_kernel ef_kernel_conv_2d_s16;
extern const struct ef_kernel ef_kernel_conv_2d_s4;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_s8;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_f32;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_f32_s8;
extern const struct ef_kernel ef_kernel_depthwise_conv_2d_s16;
extern const struct ef_kernel ef_kernel_dequantize_s8_f32;
extern const struct ef_kernel ef_kernel_dequantize_f16_f32;
extern const struct ef_kernel ef_kernel_dequantize_s16_f32;
extern const struct ef_kernel ef_kernel_fully_connected_s8;
extern const struct ef_kernel ef_kernel_fully_connected_f32;
extern const struct ef_kernel ef_kernel_fully_connected_f32_s8;
extern const struct ef_kernel ef_kernel_fully_connected_s16;
extern const struct ef_kernel ef_kernel_fully_connected_s4;
extern const struct ef_kernel ef_kernel_logistic_s8;
extern const struct ef_kernel ef_kernel_logistic_f32;
extern const struct ef_kernel ef_kernel_logistic_s16;
extern const struct ef_kernel ef_kernel_max_pool_2d_s8;
extern const struct ef_kernel ef_kernel_max_pool_2d_f32;
extern const struct ef_kernel ef_kernel_max_pool_2d_s16;
extern const struct ef_kernel ef_kernel_mean_s8;
extern const struct ef_kernel ef_kernel_mean_f32;
extern const struct ef_kernel ef_kernel_mul_s8;
extern const struct ef_kernel ef_kernel_mul_f32;
extern const struct ef_kernel ef_kernel_mul_s16;
extern const struct ef_kernel ef_kernel_pad_s8;
extern const struct ef_kernel ef_kernel_pad_f32;
extern const struct ef_kernel ef_kernel_pad_s16;
extern const struct ef_kernel ef_kernel_padv2_s8;
extern const struct ef_kernel ef_kernel_padv2_f32;
extern const struct ef_kernel ef_kernel_quantize_f32_s8;
extern const struct ef_kernel ef_kernel_quantize_s8_s8;
extern const struct ef_kernel ef_kernel_quantize_f32_s16;
extern const struct ef_kernel ef_kernel_quantize_s8_s16;
extern const struct ef_kernel ef_kernel_quantize_s16_s8;
extern const struct ef_kernel ef_kernel_quantize_s16_s16;
extern const struct ef_kernel ef_kernel_relu_s8;
extern const struct ef_kernel ef_kernel_relu_f32;
extern const struct ef_kernel ef_kernel_relu_s16;
extern const struct ef_kernel ef_kernel_relu6_s8;
extern const struct ef_kernel ef_kernel_relu6_f32;
extern const struct ef_kernel ef_kernel_reshape;
extern const struct ef_kernel ef_kernel_resize_nearest_neighbor;
extern const struct ef_kernel ef_kernel_resize_bilinear_s8;
extern const struct ef_kernel ef_kernel_resize_bilinear_f32;
extern const struct ef_kernel ef_kernel_transpose_conv_s8;
extern const struct ef_kernel ef_kernel_transpose_conv_f32;
extern const struct ef_kernel ef_kernel_transpose_conv_s16;
extern const struct ef_kernel ef_kernel_batch_matmul_s8;
extern const struct ef_kernel ef_kernel_batch_matmul_f32;
extern const struct ef_kernel ef_kernel_svdf_s8;
extern const struct ef_kernel ef_kernel_svdf_f32;
extern const struct ef_kernel ef_kernel_unidirectional_sequence_lstm_s8;
extern const struct ef_kernel ef_kernel_unidirectional_sequence_lstm_f32;
extern const struct ef_kernel ef_kernel_unidirectional_sequence_lstm_s16;
extern const struct ef_kernel ef_kernel_softmax_s8;
extern const struct ef_kernel ef_kernel_softmax_f32;
extern const struct ef_kernel ef_kernel_softmax_s16;
extern const struct ef_kernel ef_kernel_tanh_s8;
extern const struct ef_kernel ef_kernel_tanh_f32;
extern const struct ef_kernel ef_kernel_tanh_s16;
extern const struct ef_kernel ef_kernel_elu_s8;
extern const struct ef_kernel ef_kernel_elu_f32;
extern const struct ef_kernel ef_kernel_gelu_s8;
extern const struct ef_kernel ef_kernel_gelu_f32;
extern const struct ef_kernel ef_kernel_exp_s8;
extern const struct ef_kernel ef_kernel_exp_f32;
extern const struct ef_kernel ef_kernel_log_s8;
extern const struct ef_kernel ef_kernel_log_f32;
extern const struct ef_kernel ef_kernel_sqrt_s8;
extern const struct ef_kernel ef_kernel_sqrt_f32;
extern const struct ef_kernel ef_kernel_rsqrt_s8;
extern const struct ef_kernel ef_kernel_rsqrt_f32;
extern const struct ef_kernel ef_kernel_abs_s8;
extern const struct ef_kernel ef_kernel_abs_f32;
extern const struct ef_kernel ef_kernel_abs_s32;
extern const struct ef_kernel ef_kernel_neg_s8;
extern const struct ef_kernel ef_kernel_neg_f32;
extern const struct ef_kernel ef_kernel_neg_s32;
extern const struct ef_kernel ef_kernel_floor_f32;
extern const struct ef_kernel ef_kernel_ceil_f32;
extern const struct ef_kernel ef_kernel_round_f32;
extern const struct ef_kernel ef_kernel_hard_swish_s8;
extern const struct ef_kernel ef_kernel_hard_swish_f32;
extern const struct ef_kernel ef_kernel_leaky_relu_s8;
extern const struct ef_kernel ef_kernel_leaky_relu_f32;
extern const struct ef_kernel ef_kernel_leaky_relu_s16;
extern const struct ef_kernel ef_kernel_relu_n1_to_1_s8;
extern const struct ef_kernel ef_kernel_relu_n1_to_1_f32;
extern const struct ef_kernel ef_kernel_logical_not;
extern const struct ef_kernel ef_kernel_sub_s8;
extern const struct ef_kernel ef_kernel_sub_f32;
extern const struct ef_kernel ef_kernel_sub_s32;
extern const struct ef_kernel ef_kernel_sub_s16;
extern const struct ef_kernel ef_kernel_div_s8;
extern const struct ef_kernel ef_kernel_div_f32;
extern const struct ef_kernel ef_kernel_div_s32;
extern const struct ef_kernel ef_kernel_maximum_s8;
extern const struct ef_kernel ef_kernel_maximum_f32;
extern const struct ef_kernel ef_kernel_maximum_s32;
extern const struct ef_kernel ef_kernel_minimum_s8;
extern const struct ef_kernel ef_kernel_minimum_f32;
extern const struct ef_kernel ef_kernel_minimum_s32;
extern const struct ef_kernel ef_kernel_squared_difference_s8;
extern const struct ef_kernel ef_kernel_squared_difference_f32;
extern const struct ef_kernel ef_kernel_squared_difference_s32;
extern const struct ef_kernel ef_kernel_prelu_s8;
extern const struct ef_kernel ef_kernel_prelu_f32;
extern const struct ef_kernel ef_kernel_equal_s8;
extern const struct ef_kernel ef_kernel_equal;
extern const struct ef_kernel ef_kernel_not_equal_s8;
extern const struct ef_kernel ef_kernel_not_equal;
extern const struct ef_kernel ef_kernel_less_s8;
extern const struct ef_kernel ef_kernel_less;
extern const struct ef_kernel ef_kernel_less_equal_s8;
extern const struct ef_kernel ef_kernel_less_equal;
extern const struct ef_kernel ef_kernel_greater_s8;
extern const struct ef_kernel ef_kernel_greater;
extern const struct ef_kernel ef_kernel_greater_equal_s8;
extern const struct ef_kernel ef_kernel_greater_equal;
extern const struct ef_kernel ef_kernel_logical_and;
extern const struct ef_kernel ef_kernel_logical_or;
extern const struct ef_kernel ef_kernel_squeeze;
extern const struct ef_kernel ef_kernel_expand_dims;
extern const struct ef_kernel ef_kernel_transpose;
extern const struct ef_kernel ef_kernel_slice;
extern const struct ef_kernel ef_kernel_strided_slice;
extern const struct ef_kernel ef_kernel_tile;
extern const struct ef_kernel ef_kernel_broadcast_to;
extern const struct ef_kernel ef_kernel_space_to_depth;
extern const struct ef_kernel ef_kernel_depth_to_space;
extern const struct ef_kernel ef_kernel_mirror_pad;
extern const struct ef_kernel ef_kernel_split;
extern const struct ef_kernel ef_kernel_split_v;
extern const struct ef_kernel ef_kernel_unpack;
extern const struct ef_kernel ef_kernel_pack;
extern const struct ef_kernel ef_kernel_gather;
extern const struct ef_kernel ef_kernel_shape;
extern const struct ef_kernel ef_kernel_cast;
extern const struct ef_kernel ef_kernel_select_v2;
extern const struct ef_kernel ef_kernel_sum_s8;
extern const struct ef_kernel ef_kernel_sum_f32;
extern const struct ef_kernel ef_kernel_sum_s32;
extern const struct ef_kernel ef_kernel_reduce_max_s8;
extern const struct ef_kernel ef_kernel_reduce_max_f32;
extern const struct ef_kernel ef_kernel_reduce_max_s32;
extern const struct ef_kernel ef_kernel_reduce_min_s8;
extern const struct ef_kernel ef_kernel_reduce_min_f32;
extern const struct ef_kernel ef_kernel_reduce_min_s32;
extern const struct ef_kernel ef_kernel_arg_max;
extern const struct ef_kernel ef_kernel_arg_min;
extern const struct ef_kernel ef_kernel_l2_normalization_s8;
extern const struct ef_kernel ef_kernel_l2_normalization_f32;
extern const struct ef_kernel ef_kernel_log_softmax_s8;
extern const struct ef_kernel ef_kernel_log_softmax_f32;

/* The kernels' functions, each defined in the kernel's file; a family shares some. */
EF_COLD enum ef_status ef_add_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_add_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_add_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_average_pool_2d_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_average_pool_2d_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_average_pool_2d_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_concatenation_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_concatenation_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_concatenation_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_conv_2d_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_conv_2d_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_conv_2d_f32_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_conv_2d_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_conv_2d_s4_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_depthwise_conv_2d_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_depthwise_conv_2d_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_depthwise_conv_2d_f32_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_depthwise_conv_2d_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_dequantize_s8_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_dequantize_f16_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_dequantize_s16_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_fully_connected_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_fully_connected_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_fully_connected_f32_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_fully_connected_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_fully_connected_s4_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_logistic_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_logistic_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_logistic_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_max_pool_2d_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_max_pool_2d_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_max_pool_2d_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_mean_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_mean_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_mul_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_mul_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_mul_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_pad_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_pad_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_pad_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_padv2_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_padv2_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_quantize_f32_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_quantize_s8_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_quantize_f32_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_quantize_s8_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_quantize_s16_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_quantize_s16_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu6_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu6_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_reshape_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_resize_nearest_neighbor_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_resize_bilinear_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_resize_bilinear_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_transpose_conv_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_transpose_conv_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_transpose_conv_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_batch_matmul_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_batch_matmul_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_svdf_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_svdf_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_unidirectional_sequence_lstm_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_unidirectional_sequence_lstm_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_unidirectional_sequence_lstm_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_softmax_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_softmax_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_softmax_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_tanh_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_unary_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_tanh_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_elu_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_gelu_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_gelu_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_exp_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_log_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_sqrt_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_rsqrt_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_abs_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_simple_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_simple_s32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_neg_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_hard_swish_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_leaky_relu_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_leaky_relu_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu_n1_to_1_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_relu_n1_to_1_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_sub_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_binary_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_binary_s32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_sub_s16_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_div_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_binary_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_squared_difference_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_prelu_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_compare_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_compare_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_transpose_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_slice_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_strided_slice_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_tile_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_broadcast_to_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_space_to_depth_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_mirror_pad_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_split_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_unpack_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_pack_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_gather_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_shape_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_cast_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_select_v2_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_sum_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_reduce_any_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_reduce_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_arg_max_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_l2_normalization_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_l2_normalization_f32_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_log_softmax_s8_prepare(struct ef_context *context);
EF_COLD enum ef_status ef_log_softmax_f32_prepare(struct ef_context *context);
void ef_add_s8_invoke(const struct ef_call *call);
void ef_add_f32_invoke(const struct ef_call *call);
void ef_add_s16_invoke(const struct ef_call *call);
void ef_concatenation_s8_invoke(const struct ef_call *call);
void ef_concatenation_f32_invoke(const struct ef_call *call);
void ef_concatenation_s16_invoke(const struct ef_call *call);
void ef_conv_2d_f32_s8_invoke(const struct ef_call *call);
void ef_conv_2d_s4_invoke(const struct ef_call *call);
void ef_depthwise_conv_2d_f32_s8_invoke(const struct ef_call *call);
void ef_dequantize_s8_f32_invoke(const struct ef_call *call);
void ef_dequantize_f16_f32_invoke(const struct ef_call *call);
void ef_dequantize_s16_f32_invoke(const struct ef_call *call);
void ef_fully_connected_s8_invoke(const struct ef_call *call);
void ef_fully_connected_f32_invoke(const struct ef_call *call);
void ef_fully_connected_f32_s8_invoke(const struct ef_call *call);
void ef_fully_connected_s16_invoke(const struct ef_call *call);
void ef_fully_connected_s4_invoke(const struct ef_call *call);
void ef_logistic_s8_invoke(const struct ef_call *call);
void ef_logistic_f32_invoke(const struct ef_call *call);
void ef_logistic_s16_invoke(const struct ef_call *call);
void ef_mean_s8_invoke(const struct ef_call *call);
void ef_mean_f32_invoke(const struct ef_call *call);
void ef_mul_s8_invoke(const struct ef_call *call);
void ef_mul_f32_invoke(const struct ef_call *call);
void ef_mul_s16_invoke(const struct ef_call *call);
void ef_pad_s8_invoke(const struct ef_call *call);
void ef_pad_f32_invoke(const struct ef_call *call);
void ef_pad_s16_invoke(const struct ef_call *call);
void ef_padv2_s8_invoke(const struct ef_call *call);
void ef_padv2_f32_invoke(const struct ef_call *call);
void ef_quantize_f32_s8_invoke(const struct ef_call *call);
void ef_quantize_s8_s8_invoke(const struct ef_call *call);
void ef_quantize_f32_s16_invoke(const struct ef_call *call);
void ef_quantize_s8_s16_invoke(const struct ef_call *call);
void ef_quantize_s16_s8_invoke(const struct ef_call *call);
void ef_quantize_s16_s16_invoke(const struct ef_call *call);
void ef_relu_s8_invoke(const struct ef_call *call);
void ef_relu_f32_invoke(const struct ef_call *call);
void ef_relu_s16_invoke(const struct ef_call *call);
void ef_relu6_s8_invoke(const struct ef_call *call);
void ef_relu6_f32_invoke(const struct ef_call *call);
void ef_reshape_invoke(const struct ef_call *call);
void ef_resize_nearest_neighbor_invoke(const struct ef_call *call);
void ef_resize_bilinear_s8_invoke(const struct ef_call *call);
void ef_resize_bilinear_f32_invoke(const struct ef_call *call);
void ef_transpose_conv_s8_invoke(const struct ef_call *call);
void ef_transpose_conv_f32_invoke(const struct ef_call *call);
void ef_transpose_conv_s16_invoke(const struct ef_call *call);
void ef_batch_matmul_s8_invoke(const struct ef_call *call);
void ef_batch_matmul_f32_invoke(const struct ef_call *call);
void ef_svdf_s8_invoke(const struct ef_call *call);
void ef_svdf_f32_invoke(const struct ef_call *call);
void ef_unidirectional_sequence_lstm_s8_invoke(const struct ef_call *call);
void ef_unidirectional_sequence_lstm_f32_invoke(const struct ef_call *call);
void ef_unidirectional_sequence_lstm_s16_invoke(const struct ef_call *call);
void ef_softmax_s8_invoke(const struct ef_call *call);
void ef_softmax_f32_invoke(const struct ef_call *call);
void ef_softmax_s16_invoke(const struct ef_call *call);
void ef_table_s8_invoke(const struct ef_call *call);
void ef_tanh_f32_invoke(const struct ef_call *call);
void ef_tanh_s16_invoke(const struct ef_call *call);
void ef_elu_f32_invoke(const struct ef_call *call);
void ef_gelu_f32_invoke(const struct ef_call *call);
void ef_exp_f32_invoke(const struct ef_call *call);
void ef_log_f32_invoke(const struct ef_call *call);
void ef_sqrt_f32_invoke(const struct ef_call *call);
void ef_rsqrt_f32_invoke(const struct ef_call *call);
void ef_simple_f32_invoke(const struct ef_call *call);
void ef_simple_s32_invoke(const struct ef_call *call);
void ef_leaky_relu_s16_invoke(const struct ef_call *call);
void ef_relu_n1_to_1_s8_invoke(const struct ef_call *call);
void ef_relu_n1_to_1_f32_invoke(const struct ef_call *call);
void ef_logical_not_invoke(const struct ef_call *call);
void ef_sub_s8_invoke(const struct ef_call *call);
void ef_binary_f32_invoke(const struct ef_call *call);
void ef_binary_s32_invoke(const struct ef_call *call);
void ef_sub_s16_invoke(const struct ef_call *call);
void ef_div_s8_invoke(const struct ef_call *call);
void ef_binary_bytes_invoke(const struct ef_call *call);
void ef_squared_difference_s8_invoke(const struct ef_call *call);
void ef_prelu_s8_invoke(const struct ef_call *call);
void ef_compare_s8_invoke(const struct ef_call *call);
void ef_compare_invoke(const struct ef_call *call);
void ef_move_walk_invoke(const struct ef_call *call);
void ef_mirror_pad_invoke(const struct ef_call *call);
void ef_split_invoke(const struct ef_call *call);
void ef_split_v_invoke(const struct ef_call *call);
void ef_pack_invoke(const struct ef_call *call);
void ef_gather_invoke(const struct ef_call *call);
void ef_shape_invoke(const struct ef_call *call);
void ef_cast_invoke(const struct ef_call *call);
void ef_select_v2_invoke(const struct ef_call *call);
void ef_sum_s8_invoke(const struct ef_call *call);
void ef_reduce_f32_invoke(const struct ef_call *call);
void ef_reduce_s32_invoke(const struct ef_call *call);
void ef_reduce_s8_invoke(const struct ef_call *call);
void ef_arg_max_invoke(const struct ef_call *call);
void ef_l2_normalization_s8_invoke(const struct ef_call *call);
void ef_l2_normalization_f32_invoke(const struct ef_call *call);
void ef_log_softmax_s8_invoke(const struct ef_call *call);
void ef_log_softmax_f32_invoke(const struct ef_call *call);
void ef_average_pool_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_average_pool_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_average_pool_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_conv_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_conv_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_conv_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_depthwise_conv_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_depthwise_conv_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_depthwise_conv_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_max_pool_2d_s8_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_max_pool_2d_f32_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
void ef_max_pool_2d_s16_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
int ef_average_pool_2d_s8_take(const struct ef_call *call, uint32_t y, uint32_t rows);
int ef_mean_s8_take(const struct ef_call *call, uint32_t y, uint32_t rows);

#endif /* EF_OPERATORS_H */
