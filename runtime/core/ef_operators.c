/* Generated from runtime/operators.toml by `python -m edgeflow.fit.gen`. */
#include "ef_operators.h"

#include <stddef.h>

#define TYPE(name) (UINT32_C(1) << EF_TYPE_##name)

#if EF_WITH_ADD && EF_WITH_INT8
static const struct ef_operand add_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand add_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_add_s8 = {
    .name = "add_s8",
    .custom = NULL,
    .code = 0,
    .version_min = 1,
    .version_max = 5,
    .options = 11,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = add_s8_inputs,
    .outputs = add_s8_outputs,
    .prepare = ef_add_s8_prepare,
    .invoke = ef_add_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ADD && EF_WITH_FLOAT32
static const struct ef_operand add_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand add_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_add_f32 = {
    .name = "add_f32",
    .custom = NULL,
    .code = 0,
    .version_min = 1,
    .version_max = 5,
    .options = 11,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = add_f32_inputs,
    .outputs = add_f32_outputs,
    .prepare = ef_add_f32_prepare,
    .invoke = ef_add_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_INT8
static const struct ef_operand average_pool_2d_s8_inputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand average_pool_2d_s8_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_average_pool_2d_s8 = {
    .name = "average_pool_2d_s8",
    .custom = NULL,
    .code = 1,
    .version_min = 1,
    .version_max = 3,
    .options = 5,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = average_pool_2d_s8_inputs,
    .outputs = average_pool_2d_s8_outputs,
    .prepare = ef_average_pool_2d_s8_prepare,
    .invoke = NULL,
    .row = ef_average_pool_2d_s8_row,
};
#endif

#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_FLOAT32
static const struct ef_operand average_pool_2d_f32_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
static const struct ef_operand average_pool_2d_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_average_pool_2d_f32 = {
    .name = "average_pool_2d_f32",
    .custom = NULL,
    .code = 1,
    .version_min = 1,
    .version_max = 3,
    .options = 5,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = average_pool_2d_f32_inputs,
    .outputs = average_pool_2d_f32_outputs,
    .prepare = ef_average_pool_2d_f32_prepare,
    .invoke = NULL,
    .row = ef_average_pool_2d_f32_row,
};
#endif

#if EF_WITH_CONCATENATION && EF_WITH_INT8
static const struct ef_operand concatenation_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_REPEATED, 255},
};
static const struct ef_operand concatenation_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_concatenation_s8 = {
    .name = "concatenation_s8",
    .custom = NULL,
    .code = 2,
    .version_min = 1,
    .version_max = 4,
    .options = 10,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = concatenation_s8_inputs,
    .outputs = concatenation_s8_outputs,
    .prepare = ef_concatenation_s8_prepare,
    .invoke = ef_concatenation_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_CONCATENATION && EF_WITH_FLOAT32
static const struct ef_operand concatenation_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, EF_OPERAND_REPEATED, 255},
};
static const struct ef_operand concatenation_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
const struct ef_kernel ef_kernel_concatenation_f32 = {
    .name = "concatenation_f32",
    .custom = NULL,
    .code = 2,
    .version_min = 1,
    .version_max = 4,
    .options = 10,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = concatenation_f32_inputs,
    .outputs = concatenation_f32_outputs,
    .prepare = ef_concatenation_f32_prepare,
    .invoke = ef_concatenation_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_CONV_2D && EF_WITH_INT8
static const struct ef_operand conv_2d_s8_inputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand conv_2d_s8_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_conv_2d_s8 = {
    .name = "conv_2d_s8",
    .custom = NULL,
    .code = 3,
    .version_min = 1,
    .version_max = 8,
    .options = 1,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = conv_2d_s8_inputs,
    .outputs = conv_2d_s8_outputs,
    .prepare = ef_conv_2d_s8_prepare,
    .invoke = NULL,
    .row = ef_conv_2d_s8_row,
};
#endif

#if EF_WITH_CONV_2D && EF_WITH_FLOAT32
static const struct ef_operand conv_2d_f32_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand conv_2d_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_conv_2d_f32 = {
    .name = "conv_2d_f32",
    .custom = NULL,
    .code = 3,
    .version_min = 1,
    .version_max = 8,
    .options = 1,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = conv_2d_f32_inputs,
    .outputs = conv_2d_f32_outputs,
    .prepare = ef_conv_2d_f32_prepare,
    .invoke = NULL,
    .row = ef_conv_2d_f32_row,
};
#endif

#if EF_WITH_CONV_2D && EF_WITH_FLOAT32
static const struct ef_operand conv_2d_f32_s8_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand conv_2d_f32_s8_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_conv_2d_f32_s8 = {
    .name = "conv_2d_f32_s8",
    .custom = NULL,
    .code = 3,
    .version_min = 1,
    .version_max = 8,
    .options = 1,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = conv_2d_f32_s8_inputs,
    .outputs = conv_2d_f32_s8_outputs,
    .prepare = ef_conv_2d_f32_s8_prepare,
    .invoke = ef_conv_2d_f32_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_INT8
static const struct ef_operand depthwise_conv_2d_s8_inputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 3},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand depthwise_conv_2d_s8_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_depthwise_conv_2d_s8 = {
    .name = "depthwise_conv_2d_s8",
    .custom = NULL,
    .code = 4,
    .version_min = 1,
    .version_max = 7,
    .options = 2,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = depthwise_conv_2d_s8_inputs,
    .outputs = depthwise_conv_2d_s8_outputs,
    .prepare = ef_depthwise_conv_2d_s8_prepare,
    .invoke = NULL,
    .row = ef_depthwise_conv_2d_s8_row,
};
#endif

#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_FLOAT32
static const struct ef_operand depthwise_conv_2d_f32_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand depthwise_conv_2d_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_depthwise_conv_2d_f32 = {
    .name = "depthwise_conv_2d_f32",
    .custom = NULL,
    .code = 4,
    .version_min = 1,
    .version_max = 7,
    .options = 2,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = depthwise_conv_2d_f32_inputs,
    .outputs = depthwise_conv_2d_f32_outputs,
    .prepare = ef_depthwise_conv_2d_f32_prepare,
    .invoke = NULL,
    .row = ef_depthwise_conv_2d_f32_row,
};
#endif

#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_FLOAT32
static const struct ef_operand depthwise_conv_2d_f32_s8_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 3},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand depthwise_conv_2d_f32_s8_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_depthwise_conv_2d_f32_s8 = {
    .name = "depthwise_conv_2d_f32_s8",
    .custom = NULL,
    .code = 4,
    .version_min = 1,
    .version_max = 7,
    .options = 2,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = depthwise_conv_2d_f32_s8_inputs,
    .outputs = depthwise_conv_2d_f32_s8_outputs,
    .prepare = ef_depthwise_conv_2d_f32_s8_prepare,
    .invoke = ef_depthwise_conv_2d_f32_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DEQUANTIZE && EF_WITH_INT8
static const struct ef_operand dequantize_s8_f32_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand dequantize_s8_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_dequantize_s8_f32 = {
    .name = "dequantize_s8_f32",
    .custom = NULL,
    .code = 6,
    .version_min = 1,
    .version_max = 6,
    .options = 38,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = dequantize_s8_f32_inputs,
    .outputs = dequantize_s8_f32_outputs,
    .prepare = ef_dequantize_s8_f32_prepare,
    .invoke = ef_dequantize_s8_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DEQUANTIZE && EF_WITH_FLOAT32
static const struct ef_operand dequantize_f16_f32_inputs[] = {
    {TYPE(FLOAT16), 0, 6, 0, 255},
};
static const struct ef_operand dequantize_f16_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_dequantize_f16_f32 = {
    .name = "dequantize_f16_f32",
    .custom = NULL,
    .code = 6,
    .version_min = 1,
    .version_max = 6,
    .options = 38,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = dequantize_f16_f32_inputs,
    .outputs = dequantize_f16_f32_outputs,
    .prepare = ef_dequantize_f16_f32_prepare,
    .invoke = ef_dequantize_f16_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_FULLY_CONNECTED && EF_WITH_INT8
static const struct ef_operand fully_connected_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand fully_connected_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_fully_connected_s8 = {
    .name = "fully_connected_s8",
    .custom = NULL,
    .code = 9,
    .version_min = 1,
    .version_max = 13,
    .options = 8,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = fully_connected_s8_inputs,
    .outputs = fully_connected_s8_outputs,
    .prepare = ef_fully_connected_s8_prepare,
    .invoke = ef_fully_connected_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_FULLY_CONNECTED && EF_WITH_FLOAT32
static const struct ef_operand fully_connected_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand fully_connected_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
const struct ef_kernel ef_kernel_fully_connected_f32 = {
    .name = "fully_connected_f32",
    .custom = NULL,
    .code = 9,
    .version_min = 1,
    .version_max = 13,
    .options = 8,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = fully_connected_f32_inputs,
    .outputs = fully_connected_f32_outputs,
    .prepare = ef_fully_connected_f32_prepare,
    .invoke = ef_fully_connected_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_FULLY_CONNECTED && EF_WITH_FLOAT32
static const struct ef_operand fully_connected_f32_s8_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand fully_connected_f32_s8_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
const struct ef_kernel ef_kernel_fully_connected_f32_s8 = {
    .name = "fully_connected_f32_s8",
    .custom = NULL,
    .code = 9,
    .version_min = 1,
    .version_max = 13,
    .options = 8,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = fully_connected_f32_s8_inputs,
    .outputs = fully_connected_f32_s8_outputs,
    .prepare = ef_fully_connected_f32_s8_prepare,
    .invoke = ef_fully_connected_f32_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOGISTIC && EF_WITH_INT8
static const struct ef_operand logistic_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand logistic_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_logistic_s8 = {
    .name = "logistic_s8",
    .custom = NULL,
    .code = 14,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = logistic_s8_inputs,
    .outputs = logistic_s8_outputs,
    .prepare = ef_logistic_s8_prepare,
    .invoke = ef_logistic_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOGISTIC && EF_WITH_FLOAT32
static const struct ef_operand logistic_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand logistic_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_logistic_f32 = {
    .name = "logistic_f32",
    .custom = NULL,
    .code = 14,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = logistic_f32_inputs,
    .outputs = logistic_f32_outputs,
    .prepare = ef_logistic_f32_prepare,
    .invoke = ef_logistic_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MAX_POOL_2D && EF_WITH_INT8
static const struct ef_operand max_pool_2d_s8_inputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand max_pool_2d_s8_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_max_pool_2d_s8 = {
    .name = "max_pool_2d_s8",
    .custom = NULL,
    .code = 17,
    .version_min = 1,
    .version_max = 3,
    .options = 5,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = max_pool_2d_s8_inputs,
    .outputs = max_pool_2d_s8_outputs,
    .prepare = ef_max_pool_2d_s8_prepare,
    .invoke = NULL,
    .row = ef_max_pool_2d_s8_row,
};
#endif

#if EF_WITH_MAX_POOL_2D && EF_WITH_FLOAT32
static const struct ef_operand max_pool_2d_f32_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
static const struct ef_operand max_pool_2d_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_max_pool_2d_f32 = {
    .name = "max_pool_2d_f32",
    .custom = NULL,
    .code = 17,
    .version_min = 1,
    .version_max = 3,
    .options = 5,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = max_pool_2d_f32_inputs,
    .outputs = max_pool_2d_f32_outputs,
    .prepare = ef_max_pool_2d_f32_prepare,
    .invoke = NULL,
    .row = ef_max_pool_2d_f32_row,
};
#endif

#if EF_WITH_MEAN && EF_WITH_INT8
static const struct ef_operand mean_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand mean_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_mean_s8 = {
    .name = "mean_s8",
    .custom = NULL,
    .code = 40,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = mean_s8_inputs,
    .outputs = mean_s8_outputs,
    .prepare = ef_mean_s8_prepare,
    .invoke = ef_mean_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MEAN && EF_WITH_FLOAT32
static const struct ef_operand mean_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand mean_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_mean_f32 = {
    .name = "mean_f32",
    .custom = NULL,
    .code = 40,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = mean_f32_inputs,
    .outputs = mean_f32_outputs,
    .prepare = ef_mean_f32_prepare,
    .invoke = ef_mean_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MUL && EF_WITH_INT8
static const struct ef_operand mul_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand mul_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_mul_s8 = {
    .name = "mul_s8",
    .custom = NULL,
    .code = 18,
    .version_min = 1,
    .version_max = 7,
    .options = 21,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = mul_s8_inputs,
    .outputs = mul_s8_outputs,
    .prepare = ef_mul_s8_prepare,
    .invoke = ef_mul_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MUL && EF_WITH_FLOAT32
static const struct ef_operand mul_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand mul_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_mul_f32 = {
    .name = "mul_f32",
    .custom = NULL,
    .code = 18,
    .version_min = 1,
    .version_max = 7,
    .options = 21,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = mul_f32_inputs,
    .outputs = mul_f32_outputs,
    .prepare = ef_mul_f32_prepare,
    .invoke = ef_mul_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PAD && EF_WITH_INT8
static const struct ef_operand pad_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32) | TYPE(INT64), 2, 2, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand pad_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_pad_s8 = {
    .name = "pad_s8",
    .custom = NULL,
    .code = 34,
    .version_min = 1,
    .version_max = 4,
    .options = 22,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = pad_s8_inputs,
    .outputs = pad_s8_outputs,
    .prepare = ef_pad_s8_prepare,
    .invoke = ef_pad_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PAD && EF_WITH_FLOAT32
static const struct ef_operand pad_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 2, 2, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand pad_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
const struct ef_kernel ef_kernel_pad_f32 = {
    .name = "pad_f32",
    .custom = NULL,
    .code = 34,
    .version_min = 1,
    .version_max = 4,
    .options = 22,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = pad_f32_inputs,
    .outputs = pad_f32_outputs,
    .prepare = ef_pad_f32_prepare,
    .invoke = ef_pad_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PADV2 && EF_WITH_INT8
static const struct ef_operand padv2_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32) | TYPE(INT64), 2, 2, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT8), 0, 1, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand padv2_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_padv2_s8 = {
    .name = "padv2_s8",
    .custom = NULL,
    .code = 60,
    .version_min = 1,
    .version_max = 4,
    .options = 43,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = padv2_s8_inputs,
    .outputs = padv2_s8_outputs,
    .prepare = ef_padv2_s8_prepare,
    .invoke = ef_padv2_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PADV2 && EF_WITH_FLOAT32
static const struct ef_operand padv2_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 2, 2, EF_OPERAND_CONSTANT, 255},
    {TYPE(FLOAT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand padv2_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
const struct ef_kernel ef_kernel_padv2_f32 = {
    .name = "padv2_f32",
    .custom = NULL,
    .code = 60,
    .version_min = 1,
    .version_max = 4,
    .options = 43,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = padv2_f32_inputs,
    .outputs = padv2_f32_outputs,
    .prepare = ef_padv2_f32_prepare,
    .invoke = ef_padv2_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_QUANTIZE && EF_WITH_INT8
static const struct ef_operand quantize_f32_s8_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand quantize_f32_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_quantize_f32_s8 = {
    .name = "quantize_f32_s8",
    .custom = NULL,
    .code = 114,
    .version_min = 1,
    .version_max = 3,
    .options = 89,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = quantize_f32_s8_inputs,
    .outputs = quantize_f32_s8_outputs,
    .prepare = ef_quantize_f32_s8_prepare,
    .invoke = ef_quantize_f32_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_QUANTIZE && EF_WITH_INT8
static const struct ef_operand quantize_s8_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand quantize_s8_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_quantize_s8_s8 = {
    .name = "quantize_s8_s8",
    .custom = NULL,
    .code = 114,
    .version_min = 1,
    .version_max = 3,
    .options = 89,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = quantize_s8_s8_inputs,
    .outputs = quantize_s8_s8_outputs,
    .prepare = ef_quantize_s8_s8_prepare,
    .invoke = ef_quantize_s8_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RELU && EF_WITH_INT8
static const struct ef_operand relu_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand relu_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_relu_s8 = {
    .name = "relu_s8",
    .custom = NULL,
    .code = 19,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = relu_s8_inputs,
    .outputs = relu_s8_outputs,
    .prepare = ef_relu_s8_prepare,
    .invoke = ef_relu_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RELU && EF_WITH_FLOAT32
static const struct ef_operand relu_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand relu_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_relu_f32 = {
    .name = "relu_f32",
    .custom = NULL,
    .code = 19,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = relu_f32_inputs,
    .outputs = relu_f32_outputs,
    .prepare = ef_relu_f32_prepare,
    .invoke = ef_relu_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RELU6 && EF_WITH_INT8
static const struct ef_operand relu6_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand relu6_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_relu6_s8 = {
    .name = "relu6_s8",
    .custom = NULL,
    .code = 21,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = relu6_s8_inputs,
    .outputs = relu6_s8_outputs,
    .prepare = ef_relu6_s8_prepare,
    .invoke = ef_relu6_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RELU6 && EF_WITH_FLOAT32
static const struct ef_operand relu6_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand relu6_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
const struct ef_kernel ef_kernel_relu6_f32 = {
    .name = "relu6_f32",
    .custom = NULL,
    .code = 21,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = relu6_f32_inputs,
    .outputs = relu6_f32_outputs,
    .prepare = ef_relu6_f32_prepare,
    .invoke = ef_relu6_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RESHAPE
static const struct ef_operand reshape_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand reshape_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
const struct ef_kernel ef_kernel_reshape = {
    .name = "reshape",
    .custom = NULL,
    .code = 22,
    .version_min = 1,
    .version_max = 1,
    .options = 17,
    .input_count = 2,
    .output_count = 1,
    .in_place = 1,
    .inputs = reshape_inputs,
    .outputs = reshape_outputs,
    .prepare = ef_reshape_prepare,
    .invoke = ef_reshape_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RESIZE_NEAREST_NEIGHBOR
static const struct ef_operand resize_nearest_neighbor_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32), 4, 4, 0, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand resize_nearest_neighbor_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32), 4, 4, EF_OPERAND_SAME_TYPE, 255},
};
const struct ef_kernel ef_kernel_resize_nearest_neighbor = {
    .name = "resize_nearest_neighbor",
    .custom = NULL,
    .code = 97,
    .version_min = 1,
    .version_max = 4,
    .options = 74,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = resize_nearest_neighbor_inputs,
    .outputs = resize_nearest_neighbor_outputs,
    .prepare = ef_resize_nearest_neighbor_prepare,
    .invoke = ef_resize_nearest_neighbor_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RESIZE_BILINEAR && EF_WITH_INT8
static const struct ef_operand resize_bilinear_s8_inputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand resize_bilinear_s8_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_resize_bilinear_s8 = {
    .name = "resize_bilinear_s8",
    .custom = NULL,
    .code = 23,
    .version_min = 1,
    .version_max = 4,
    .options = 15,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = resize_bilinear_s8_inputs,
    .outputs = resize_bilinear_s8_outputs,
    .prepare = ef_resize_bilinear_s8_prepare,
    .invoke = ef_resize_bilinear_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RESIZE_BILINEAR && EF_WITH_FLOAT32
static const struct ef_operand resize_bilinear_f32_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand resize_bilinear_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_resize_bilinear_f32 = {
    .name = "resize_bilinear_f32",
    .custom = NULL,
    .code = 23,
    .version_min = 1,
    .version_max = 4,
    .options = 15,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = resize_bilinear_f32_inputs,
    .outputs = resize_bilinear_f32_outputs,
    .prepare = ef_resize_bilinear_f32_prepare,
    .invoke = ef_resize_bilinear_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TRANSPOSE_CONV && EF_WITH_INT8
static const struct ef_operand transpose_conv_s8_inputs[] = {
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand transpose_conv_s8_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_transpose_conv_s8 = {
    .name = "transpose_conv_s8",
    .custom = NULL,
    .code = 67,
    .version_min = 1,
    .version_max = 4,
    .options = 49,
    .input_count = 4,
    .output_count = 1,
    .in_place = 0,
    .inputs = transpose_conv_s8_inputs,
    .outputs = transpose_conv_s8_outputs,
    .prepare = ef_transpose_conv_s8_prepare,
    .invoke = ef_transpose_conv_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TRANSPOSE_CONV && EF_WITH_FLOAT32
static const struct ef_operand transpose_conv_f32_inputs[] = {
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(FLOAT32), 4, 4, 0, 255},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand transpose_conv_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
const struct ef_kernel ef_kernel_transpose_conv_f32 = {
    .name = "transpose_conv_f32",
    .custom = NULL,
    .code = 67,
    .version_min = 1,
    .version_max = 4,
    .options = 49,
    .input_count = 4,
    .output_count = 1,
    .in_place = 0,
    .inputs = transpose_conv_f32_inputs,
    .outputs = transpose_conv_f32_outputs,
    .prepare = ef_transpose_conv_f32_prepare,
    .invoke = ef_transpose_conv_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_BATCH_MATMUL && EF_WITH_INT8
static const struct ef_operand batch_matmul_s8_inputs[] = {
    {TYPE(INT8), 2, 5, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 2, 5, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand batch_matmul_s8_outputs[] = {
    {TYPE(INT8), 2, 5, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_batch_matmul_s8 = {
    .name = "batch_matmul_s8",
    .custom = NULL,
    .code = 126,
    .version_min = 1,
    .version_max = 4,
    .options = 101,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = batch_matmul_s8_inputs,
    .outputs = batch_matmul_s8_outputs,
    .prepare = ef_batch_matmul_s8_prepare,
    .invoke = ef_batch_matmul_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_BATCH_MATMUL && EF_WITH_FLOAT32
static const struct ef_operand batch_matmul_f32_inputs[] = {
    {TYPE(FLOAT32), 2, 5, 0, 255},
    {TYPE(FLOAT32), 2, 5, 0, 255},
};
static const struct ef_operand batch_matmul_f32_outputs[] = {
    {TYPE(FLOAT32), 2, 5, 0, 255},
};
const struct ef_kernel ef_kernel_batch_matmul_f32 = {
    .name = "batch_matmul_f32",
    .custom = NULL,
    .code = 126,
    .version_min = 1,
    .version_max = 4,
    .options = 101,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = batch_matmul_f32_inputs,
    .outputs = batch_matmul_f32_outputs,
    .prepare = ef_batch_matmul_f32_prepare,
    .invoke = ef_batch_matmul_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SOFTMAX && EF_WITH_INT8
static const struct ef_operand softmax_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand softmax_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
const struct ef_kernel ef_kernel_softmax_s8 = {
    .name = "softmax_s8",
    .custom = NULL,
    .code = 25,
    .version_min = 1,
    .version_max = 3,
    .options = 9,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = softmax_s8_inputs,
    .outputs = softmax_s8_outputs,
    .prepare = ef_softmax_s8_prepare,
    .invoke = ef_softmax_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SOFTMAX && EF_WITH_FLOAT32
static const struct ef_operand softmax_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
static const struct ef_operand softmax_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
const struct ef_kernel ef_kernel_softmax_f32 = {
    .name = "softmax_f32",
    .custom = NULL,
    .code = 25,
    .version_min = 1,
    .version_max = 3,
    .options = 9,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = softmax_f32_inputs,
    .outputs = softmax_f32_outputs,
    .prepare = ef_softmax_f32_prepare,
    .invoke = ef_softmax_f32_invoke,
    .row = NULL,
};
#endif

const struct ef_kernel *const ef_kernels_all[] = {
#if EF_WITH_ADD && EF_WITH_INT8
    &ef_kernel_add_s8,
#endif
#if EF_WITH_ADD && EF_WITH_FLOAT32
    &ef_kernel_add_f32,
#endif
#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_INT8
    &ef_kernel_average_pool_2d_s8,
#endif
#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_FLOAT32
    &ef_kernel_average_pool_2d_f32,
#endif
#if EF_WITH_CONCATENATION && EF_WITH_INT8
    &ef_kernel_concatenation_s8,
#endif
#if EF_WITH_CONCATENATION && EF_WITH_FLOAT32
    &ef_kernel_concatenation_f32,
#endif
#if EF_WITH_CONV_2D && EF_WITH_INT8
    &ef_kernel_conv_2d_s8,
#endif
#if EF_WITH_CONV_2D && EF_WITH_FLOAT32
    &ef_kernel_conv_2d_f32,
#endif
#if EF_WITH_CONV_2D && EF_WITH_FLOAT32
    &ef_kernel_conv_2d_f32_s8,
#endif
#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_INT8
    &ef_kernel_depthwise_conv_2d_s8,
#endif
#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_FLOAT32
    &ef_kernel_depthwise_conv_2d_f32,
#endif
#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_FLOAT32
    &ef_kernel_depthwise_conv_2d_f32_s8,
#endif
#if EF_WITH_DEQUANTIZE && EF_WITH_INT8
    &ef_kernel_dequantize_s8_f32,
#endif
#if EF_WITH_DEQUANTIZE && EF_WITH_FLOAT32
    &ef_kernel_dequantize_f16_f32,
#endif
#if EF_WITH_FULLY_CONNECTED && EF_WITH_INT8
    &ef_kernel_fully_connected_s8,
#endif
#if EF_WITH_FULLY_CONNECTED && EF_WITH_FLOAT32
    &ef_kernel_fully_connected_f32,
#endif
#if EF_WITH_FULLY_CONNECTED && EF_WITH_FLOAT32
    &ef_kernel_fully_connected_f32_s8,
#endif
#if EF_WITH_LOGISTIC && EF_WITH_INT8
    &ef_kernel_logistic_s8,
#endif
#if EF_WITH_LOGISTIC && EF_WITH_FLOAT32
    &ef_kernel_logistic_f32,
#endif
#if EF_WITH_MAX_POOL_2D && EF_WITH_INT8
    &ef_kernel_max_pool_2d_s8,
#endif
#if EF_WITH_MAX_POOL_2D && EF_WITH_FLOAT32
    &ef_kernel_max_pool_2d_f32,
#endif
#if EF_WITH_MEAN && EF_WITH_INT8
    &ef_kernel_mean_s8,
#endif
#if EF_WITH_MEAN && EF_WITH_FLOAT32
    &ef_kernel_mean_f32,
#endif
#if EF_WITH_MUL && EF_WITH_INT8
    &ef_kernel_mul_s8,
#endif
#if EF_WITH_MUL && EF_WITH_FLOAT32
    &ef_kernel_mul_f32,
#endif
#if EF_WITH_PAD && EF_WITH_INT8
    &ef_kernel_pad_s8,
#endif
#if EF_WITH_PAD && EF_WITH_FLOAT32
    &ef_kernel_pad_f32,
#endif
#if EF_WITH_PADV2 && EF_WITH_INT8
    &ef_kernel_padv2_s8,
#endif
#if EF_WITH_PADV2 && EF_WITH_FLOAT32
    &ef_kernel_padv2_f32,
#endif
#if EF_WITH_QUANTIZE && EF_WITH_INT8
    &ef_kernel_quantize_f32_s8,
#endif
#if EF_WITH_QUANTIZE && EF_WITH_INT8
    &ef_kernel_quantize_s8_s8,
#endif
#if EF_WITH_RELU && EF_WITH_INT8
    &ef_kernel_relu_s8,
#endif
#if EF_WITH_RELU && EF_WITH_FLOAT32
    &ef_kernel_relu_f32,
#endif
#if EF_WITH_RELU6 && EF_WITH_INT8
    &ef_kernel_relu6_s8,
#endif
#if EF_WITH_RELU6 && EF_WITH_FLOAT32
    &ef_kernel_relu6_f32,
#endif
#if EF_WITH_RESHAPE
    &ef_kernel_reshape,
#endif
#if EF_WITH_RESIZE_NEAREST_NEIGHBOR
    &ef_kernel_resize_nearest_neighbor,
#endif
#if EF_WITH_RESIZE_BILINEAR && EF_WITH_INT8
    &ef_kernel_resize_bilinear_s8,
#endif
#if EF_WITH_RESIZE_BILINEAR && EF_WITH_FLOAT32
    &ef_kernel_resize_bilinear_f32,
#endif
#if EF_WITH_TRANSPOSE_CONV && EF_WITH_INT8
    &ef_kernel_transpose_conv_s8,
#endif
#if EF_WITH_TRANSPOSE_CONV && EF_WITH_FLOAT32
    &ef_kernel_transpose_conv_f32,
#endif
#if EF_WITH_BATCH_MATMUL && EF_WITH_INT8
    &ef_kernel_batch_matmul_s8,
#endif
#if EF_WITH_BATCH_MATMUL && EF_WITH_FLOAT32
    &ef_kernel_batch_matmul_f32,
#endif
#if EF_WITH_SOFTMAX && EF_WITH_INT8
    &ef_kernel_softmax_s8,
#endif
#if EF_WITH_SOFTMAX && EF_WITH_FLOAT32
    &ef_kernel_softmax_f32,
#endif
    NULL,
};
