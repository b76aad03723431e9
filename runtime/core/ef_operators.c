/* Generated from runtime/operators.toml by `python -m edgeflow.fit.gen`. */
#include "ef_operators.h"

#include <stddef.h>

/* Names are arrays and not literals: the linker keeps the literals of a file together, arrays one by one. */
#define TYPE(name) (UINT32_C(1) << EF_TYPE_##name)

#if EF_WITH_ADD && EF_WITH_INT8
static const struct ef_operand add_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand add_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char add_s8_name[] = "add_s8";
const struct ef_kernel ef_kernel_add_s8 = {
    .name = add_s8_name,
    .custom = NULL,
    .code = 0,
    .version_min = 1,
    .version_max = 5,
    .options = 11,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3 | EF_KERNEL_ELEMENTS,
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
static const char add_f32_name[] = "add_f32";
const struct ef_kernel ef_kernel_add_f32 = {
    .name = add_f32_name,
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

#if EF_WITH_ADD && EF_WITH_INT16
static const struct ef_operand add_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand add_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char add_s16_name[] = "add_s16";
const struct ef_kernel ef_kernel_add_s16 = {
    .name = add_s16_name,
    .custom = NULL,
    .code = 0,
    .version_min = 1,
    .version_max = 5,
    .options = 11,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = add_s16_inputs,
    .outputs = add_s16_outputs,
    .prepare = ef_add_s16_prepare,
    .invoke = ef_add_s16_invoke,
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
static const char average_pool_2d_s8_name[] = "average_pool_2d_s8";
const struct ef_kernel ef_kernel_average_pool_2d_s8 = {
    .name = average_pool_2d_s8_name,
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
#if EF_WITH_STREAMING
    .take = ef_average_pool_2d_s8_take,
#endif
};
#endif

#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_FLOAT32
static const struct ef_operand average_pool_2d_f32_inputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
static const struct ef_operand average_pool_2d_f32_outputs[] = {
    {TYPE(FLOAT32), 4, 4, 0, 255},
};
static const char average_pool_2d_f32_name[] = "average_pool_2d_f32";
const struct ef_kernel ef_kernel_average_pool_2d_f32 = {
    .name = average_pool_2d_f32_name,
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

#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_INT16
static const struct ef_operand average_pool_2d_s16_inputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand average_pool_2d_s16_outputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char average_pool_2d_s16_name[] = "average_pool_2d_s16";
const struct ef_kernel ef_kernel_average_pool_2d_s16 = {
    .name = average_pool_2d_s16_name,
    .custom = NULL,
    .code = 1,
    .version_min = 1,
    .version_max = 3,
    .options = 5,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = average_pool_2d_s16_inputs,
    .outputs = average_pool_2d_s16_outputs,
    .prepare = ef_average_pool_2d_s16_prepare,
    .invoke = NULL,
    .row = ef_average_pool_2d_s16_row,
};
#endif

#if EF_WITH_CONCATENATION && EF_WITH_INT8
static const struct ef_operand concatenation_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_REPEATED, 255},
};
static const struct ef_operand concatenation_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char concatenation_s8_name[] = "concatenation_s8";
const struct ef_kernel ef_kernel_concatenation_s8 = {
    .name = concatenation_s8_name,
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
static const char concatenation_f32_name[] = "concatenation_f32";
const struct ef_kernel ef_kernel_concatenation_f32 = {
    .name = concatenation_f32_name,
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

#if EF_WITH_CONCATENATION && EF_WITH_INT16
static const struct ef_operand concatenation_s16_inputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC | EF_OPERAND_REPEATED, 255},
};
static const struct ef_operand concatenation_s16_outputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char concatenation_s16_name[] = "concatenation_s16";
const struct ef_kernel ef_kernel_concatenation_s16 = {
    .name = concatenation_s16_name,
    .custom = NULL,
    .code = 2,
    .version_min = 1,
    .version_max = 4,
    .options = 10,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = concatenation_s16_inputs,
    .outputs = concatenation_s16_outputs,
    .prepare = ef_concatenation_s16_prepare,
    .invoke = ef_concatenation_s16_invoke,
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
static const char conv_2d_s8_name[] = "conv_2d_s8";
const struct ef_kernel ef_kernel_conv_2d_s8 = {
    .name = conv_2d_s8_name,
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
static const char conv_2d_f32_name[] = "conv_2d_f32";
const struct ef_kernel ef_kernel_conv_2d_f32 = {
    .name = conv_2d_f32_name,
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
static const char conv_2d_f32_s8_name[] = "conv_2d_f32_s8";
const struct ef_kernel ef_kernel_conv_2d_f32_s8 = {
    .name = conv_2d_f32_s8_name,
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

#if EF_WITH_CONV_2D && EF_WITH_INT16
static const struct ef_operand conv_2d_s16_inputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT64), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand conv_2d_s16_outputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char conv_2d_s16_name[] = "conv_2d_s16";
const struct ef_kernel ef_kernel_conv_2d_s16 = {
    .name = conv_2d_s16_name,
    .custom = NULL,
    .code = 3,
    .version_min = 1,
    .version_max = 8,
    .options = 1,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = conv_2d_s16_inputs,
    .outputs = conv_2d_s16_outputs,
    .prepare = ef_conv_2d_s16_prepare,
    .invoke = NULL,
    .row = ef_conv_2d_s16_row,
};
#endif

#if EF_WITH_CONV_2D && EF_WITH_INT8
static const struct ef_operand conv_2d_s4_inputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT4), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand conv_2d_s4_outputs[] = {
    {TYPE(INT8), 4, 4, EF_OPERAND_QUANTIZED, 255},
};
static const char conv_2d_s4_name[] = "conv_2d_s4";
const struct ef_kernel ef_kernel_conv_2d_s4 = {
    .name = conv_2d_s4_name,
    .custom = NULL,
    .code = 3,
    .version_min = 1,
    .version_max = 8,
    .options = 1,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = conv_2d_s4_inputs,
    .outputs = conv_2d_s4_outputs,
    .prepare = ef_conv_2d_s4_prepare,
    .invoke = ef_conv_2d_s4_invoke,
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
static const char depthwise_conv_2d_s8_name[] = "depthwise_conv_2d_s8";
const struct ef_kernel ef_kernel_depthwise_conv_2d_s8 = {
    .name = depthwise_conv_2d_s8_name,
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
static const char depthwise_conv_2d_f32_name[] = "depthwise_conv_2d_f32";
const struct ef_kernel ef_kernel_depthwise_conv_2d_f32 = {
    .name = depthwise_conv_2d_f32_name,
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
static const char depthwise_conv_2d_f32_s8_name[] = "depthwise_conv_2d_f32_s8";
const struct ef_kernel ef_kernel_depthwise_conv_2d_f32_s8 = {
    .name = depthwise_conv_2d_f32_s8_name,
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

#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_INT16
static const struct ef_operand depthwise_conv_2d_s16_inputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 3},
    {TYPE(INT64), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand depthwise_conv_2d_s16_outputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char depthwise_conv_2d_s16_name[] = "depthwise_conv_2d_s16";
const struct ef_kernel ef_kernel_depthwise_conv_2d_s16 = {
    .name = depthwise_conv_2d_s16_name,
    .custom = NULL,
    .code = 4,
    .version_min = 1,
    .version_max = 7,
    .options = 2,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = depthwise_conv_2d_s16_inputs,
    .outputs = depthwise_conv_2d_s16_outputs,
    .prepare = ef_depthwise_conv_2d_s16_prepare,
    .invoke = NULL,
    .row = ef_depthwise_conv_2d_s16_row,
};
#endif

#if EF_WITH_DEQUANTIZE && EF_WITH_INT8
static const struct ef_operand dequantize_s8_f32_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand dequantize_s8_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char dequantize_s8_f32_name[] = "dequantize_s8_f32";
const struct ef_kernel ef_kernel_dequantize_s8_f32 = {
    .name = dequantize_s8_f32_name,
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
static const char dequantize_f16_f32_name[] = "dequantize_f16_f32";
const struct ef_kernel ef_kernel_dequantize_f16_f32 = {
    .name = dequantize_f16_f32_name,
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

#if EF_WITH_DEQUANTIZE && EF_WITH_INT16
static const struct ef_operand dequantize_s16_f32_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand dequantize_s16_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char dequantize_s16_f32_name[] = "dequantize_s16_f32";
const struct ef_kernel ef_kernel_dequantize_s16_f32 = {
    .name = dequantize_s16_f32_name,
    .custom = NULL,
    .code = 6,
    .version_min = 1,
    .version_max = 6,
    .options = 38,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = dequantize_s16_f32_inputs,
    .outputs = dequantize_s16_f32_outputs,
    .prepare = ef_dequantize_s16_f32_prepare,
    .invoke = ef_dequantize_s16_f32_invoke,
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
static const char fully_connected_s8_name[] = "fully_connected_s8";
const struct ef_kernel ef_kernel_fully_connected_s8 = {
    .name = fully_connected_s8_name,
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
static const char fully_connected_f32_name[] = "fully_connected_f32";
const struct ef_kernel ef_kernel_fully_connected_f32 = {
    .name = fully_connected_f32_name,
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
static const char fully_connected_f32_s8_name[] = "fully_connected_f32_s8";
const struct ef_kernel ef_kernel_fully_connected_f32_s8 = {
    .name = fully_connected_f32_s8_name,
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

#if EF_WITH_FULLY_CONNECTED && EF_WITH_INT16
static const struct ef_operand fully_connected_s16_inputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT64), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand fully_connected_s16_outputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char fully_connected_s16_name[] = "fully_connected_s16";
const struct ef_kernel ef_kernel_fully_connected_s16 = {
    .name = fully_connected_s16_name,
    .custom = NULL,
    .code = 9,
    .version_min = 1,
    .version_max = 13,
    .options = 8,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = fully_connected_s16_inputs,
    .outputs = fully_connected_s16_outputs,
    .prepare = ef_fully_connected_s16_prepare,
    .invoke = ef_fully_connected_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_FULLY_CONNECTED && EF_WITH_INT8
static const struct ef_operand fully_connected_s4_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT4), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand fully_connected_s4_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char fully_connected_s4_name[] = "fully_connected_s4";
const struct ef_kernel ef_kernel_fully_connected_s4 = {
    .name = fully_connected_s4_name,
    .custom = NULL,
    .code = 9,
    .version_min = 1,
    .version_max = 13,
    .options = 8,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = fully_connected_s4_inputs,
    .outputs = fully_connected_s4_outputs,
    .prepare = ef_fully_connected_s4_prepare,
    .invoke = ef_fully_connected_s4_invoke,
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
static const char logistic_s8_name[] = "logistic_s8";
const struct ef_kernel ef_kernel_logistic_s8 = {
    .name = logistic_s8_name,
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
static const char logistic_f32_name[] = "logistic_f32";
const struct ef_kernel ef_kernel_logistic_f32 = {
    .name = logistic_f32_name,
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

#if EF_WITH_LOGISTIC && EF_WITH_INT16
static const struct ef_operand logistic_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand logistic_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char logistic_s16_name[] = "logistic_s16";
const struct ef_kernel ef_kernel_logistic_s16 = {
    .name = logistic_s16_name,
    .custom = NULL,
    .code = 14,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = logistic_s16_inputs,
    .outputs = logistic_s16_outputs,
    .prepare = ef_logistic_s16_prepare,
    .invoke = ef_logistic_s16_invoke,
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
static const char max_pool_2d_s8_name[] = "max_pool_2d_s8";
const struct ef_kernel ef_kernel_max_pool_2d_s8 = {
    .name = max_pool_2d_s8_name,
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
static const char max_pool_2d_f32_name[] = "max_pool_2d_f32";
const struct ef_kernel ef_kernel_max_pool_2d_f32 = {
    .name = max_pool_2d_f32_name,
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

#if EF_WITH_MAX_POOL_2D && EF_WITH_INT16
static const struct ef_operand max_pool_2d_s16_inputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand max_pool_2d_s16_outputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char max_pool_2d_s16_name[] = "max_pool_2d_s16";
const struct ef_kernel ef_kernel_max_pool_2d_s16 = {
    .name = max_pool_2d_s16_name,
    .custom = NULL,
    .code = 17,
    .version_min = 1,
    .version_max = 3,
    .options = 5,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = max_pool_2d_s16_inputs,
    .outputs = max_pool_2d_s16_outputs,
    .prepare = ef_max_pool_2d_s16_prepare,
    .invoke = NULL,
    .row = ef_max_pool_2d_s16_row,
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
static const char mean_s8_name[] = "mean_s8";
const struct ef_kernel ef_kernel_mean_s8 = {
    .name = mean_s8_name,
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
#if EF_WITH_STREAMING
    .take = ef_mean_s8_take,
#endif
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
static const char mean_f32_name[] = "mean_f32";
const struct ef_kernel ef_kernel_mean_f32 = {
    .name = mean_f32_name,
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
static const char mul_s8_name[] = "mul_s8";
const struct ef_kernel ef_kernel_mul_s8 = {
    .name = mul_s8_name,
    .custom = NULL,
    .code = 18,
    .version_min = 1,
    .version_max = 7,
    .options = 21,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3 | EF_KERNEL_ELEMENTS,
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
static const char mul_f32_name[] = "mul_f32";
const struct ef_kernel ef_kernel_mul_f32 = {
    .name = mul_f32_name,
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

#if EF_WITH_MUL && EF_WITH_INT16
static const struct ef_operand mul_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand mul_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char mul_s16_name[] = "mul_s16";
const struct ef_kernel ef_kernel_mul_s16 = {
    .name = mul_s16_name,
    .custom = NULL,
    .code = 18,
    .version_min = 1,
    .version_max = 7,
    .options = 21,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = mul_s16_inputs,
    .outputs = mul_s16_outputs,
    .prepare = ef_mul_s16_prepare,
    .invoke = ef_mul_s16_invoke,
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
static const char pad_s8_name[] = "pad_s8";
const struct ef_kernel ef_kernel_pad_s8 = {
    .name = pad_s8_name,
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
static const char pad_f32_name[] = "pad_f32";
const struct ef_kernel ef_kernel_pad_f32 = {
    .name = pad_f32_name,
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

#if EF_WITH_PAD && EF_WITH_INT16
static const struct ef_operand pad_s16_inputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT32) | TYPE(INT64), 2, 2, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand pad_s16_outputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char pad_s16_name[] = "pad_s16";
const struct ef_kernel ef_kernel_pad_s16 = {
    .name = pad_s16_name,
    .custom = NULL,
    .code = 34,
    .version_min = 1,
    .version_max = 4,
    .options = 22,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = pad_s16_inputs,
    .outputs = pad_s16_outputs,
    .prepare = ef_pad_s16_prepare,
    .invoke = ef_pad_s16_invoke,
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
static const char padv2_s8_name[] = "padv2_s8";
const struct ef_kernel ef_kernel_padv2_s8 = {
    .name = padv2_s8_name,
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
static const char padv2_f32_name[] = "padv2_f32";
const struct ef_kernel ef_kernel_padv2_f32 = {
    .name = padv2_f32_name,
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
static const char quantize_f32_s8_name[] = "quantize_f32_s8";
const struct ef_kernel ef_kernel_quantize_f32_s8 = {
    .name = quantize_f32_s8_name,
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
static const char quantize_s8_s8_name[] = "quantize_s8_s8";
const struct ef_kernel ef_kernel_quantize_s8_s8 = {
    .name = quantize_s8_s8_name,
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

#if EF_WITH_QUANTIZE && EF_WITH_INT16
static const struct ef_operand quantize_f32_s16_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand quantize_f32_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char quantize_f32_s16_name[] = "quantize_f32_s16";
const struct ef_kernel ef_kernel_quantize_f32_s16 = {
    .name = quantize_f32_s16_name,
    .custom = NULL,
    .code = 114,
    .version_min = 1,
    .version_max = 3,
    .options = 89,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = quantize_f32_s16_inputs,
    .outputs = quantize_f32_s16_outputs,
    .prepare = ef_quantize_f32_s16_prepare,
    .invoke = ef_quantize_f32_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_QUANTIZE && EF_WITH_INT16
static const struct ef_operand quantize_s8_s16_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand quantize_s8_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char quantize_s8_s16_name[] = "quantize_s8_s16";
const struct ef_kernel ef_kernel_quantize_s8_s16 = {
    .name = quantize_s8_s16_name,
    .custom = NULL,
    .code = 114,
    .version_min = 1,
    .version_max = 3,
    .options = 89,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = quantize_s8_s16_inputs,
    .outputs = quantize_s8_s16_outputs,
    .prepare = ef_quantize_s8_s16_prepare,
    .invoke = ef_quantize_s8_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_QUANTIZE && EF_WITH_INT16
static const struct ef_operand quantize_s16_s8_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand quantize_s16_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char quantize_s16_s8_name[] = "quantize_s16_s8";
const struct ef_kernel ef_kernel_quantize_s16_s8 = {
    .name = quantize_s16_s8_name,
    .custom = NULL,
    .code = 114,
    .version_min = 1,
    .version_max = 3,
    .options = 89,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = quantize_s16_s8_inputs,
    .outputs = quantize_s16_s8_outputs,
    .prepare = ef_quantize_s16_s8_prepare,
    .invoke = ef_quantize_s16_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_QUANTIZE && EF_WITH_INT16
static const struct ef_operand quantize_s16_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand quantize_s16_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char quantize_s16_s16_name[] = "quantize_s16_s16";
const struct ef_kernel ef_kernel_quantize_s16_s16 = {
    .name = quantize_s16_s16_name,
    .custom = NULL,
    .code = 114,
    .version_min = 1,
    .version_max = 3,
    .options = 89,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = quantize_s16_s16_inputs,
    .outputs = quantize_s16_s16_outputs,
    .prepare = ef_quantize_s16_s16_prepare,
    .invoke = ef_quantize_s16_s16_invoke,
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
static const char relu_s8_name[] = "relu_s8";
const struct ef_kernel ef_kernel_relu_s8 = {
    .name = relu_s8_name,
    .custom = NULL,
    .code = 19,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1 | EF_KERNEL_ELEMENTS,
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
static const char relu_f32_name[] = "relu_f32";
const struct ef_kernel ef_kernel_relu_f32 = {
    .name = relu_f32_name,
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

#if EF_WITH_RELU && EF_WITH_INT16
static const struct ef_operand relu_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand relu_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char relu_s16_name[] = "relu_s16";
const struct ef_kernel ef_kernel_relu_s16 = {
    .name = relu_s16_name,
    .custom = NULL,
    .code = 19,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = relu_s16_inputs,
    .outputs = relu_s16_outputs,
    .prepare = ef_relu_s16_prepare,
    .invoke = ef_relu_s16_invoke,
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
static const char relu6_s8_name[] = "relu6_s8";
const struct ef_kernel ef_kernel_relu6_s8 = {
    .name = relu6_s8_name,
    .custom = NULL,
    .code = 21,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1 | EF_KERNEL_ELEMENTS,
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
static const char relu6_f32_name[] = "relu6_f32";
const struct ef_kernel ef_kernel_relu6_f32 = {
    .name = relu6_f32_name,
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
static const char reshape_name[] = "reshape";
const struct ef_kernel ef_kernel_reshape = {
    .name = reshape_name,
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
static const char resize_nearest_neighbor_name[] = "resize_nearest_neighbor";
const struct ef_kernel ef_kernel_resize_nearest_neighbor = {
    .name = resize_nearest_neighbor_name,
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
static const char resize_bilinear_s8_name[] = "resize_bilinear_s8";
const struct ef_kernel ef_kernel_resize_bilinear_s8 = {
    .name = resize_bilinear_s8_name,
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
static const char resize_bilinear_f32_name[] = "resize_bilinear_f32";
const struct ef_kernel ef_kernel_resize_bilinear_f32 = {
    .name = resize_bilinear_f32_name,
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
static const char transpose_conv_s8_name[] = "transpose_conv_s8";
const struct ef_kernel ef_kernel_transpose_conv_s8 = {
    .name = transpose_conv_s8_name,
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
static const char transpose_conv_f32_name[] = "transpose_conv_f32";
const struct ef_kernel ef_kernel_transpose_conv_f32 = {
    .name = transpose_conv_f32_name,
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

#if EF_WITH_TRANSPOSE_CONV && EF_WITH_INT16
static const struct ef_operand transpose_conv_s16_inputs[] = {
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT8), 4, 4, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_PER_AXIS | EF_OPERAND_SYMMETRIC, 0},
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT64), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand transpose_conv_s16_outputs[] = {
    {TYPE(INT16), 4, 4, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char transpose_conv_s16_name[] = "transpose_conv_s16";
const struct ef_kernel ef_kernel_transpose_conv_s16 = {
    .name = transpose_conv_s16_name,
    .custom = NULL,
    .code = 67,
    .version_min = 1,
    .version_max = 4,
    .options = 49,
    .input_count = 4,
    .output_count = 1,
    .in_place = 0,
    .inputs = transpose_conv_s16_inputs,
    .outputs = transpose_conv_s16_outputs,
    .prepare = ef_transpose_conv_s16_prepare,
    .invoke = ef_transpose_conv_s16_invoke,
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
static const char batch_matmul_s8_name[] = "batch_matmul_s8";
const struct ef_kernel ef_kernel_batch_matmul_s8 = {
    .name = batch_matmul_s8_name,
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
static const char batch_matmul_f32_name[] = "batch_matmul_f32";
const struct ef_kernel ef_kernel_batch_matmul_f32 = {
    .name = batch_matmul_f32_name,
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

#if EF_WITH_SVDF && EF_WITH_INT8
static const struct ef_operand svdf_s8_inputs[] = {
    {TYPE(INT8), 2, 2, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT16), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
    {TYPE(INT16), 2, 2, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC | EF_OPERAND_VARIABLE, 255},
};
static const struct ef_operand svdf_s8_outputs[] = {
    {TYPE(INT8), 2, 2, EF_OPERAND_QUANTIZED, 255},
};
static const char svdf_s8_name[] = "svdf_s8";
const struct ef_kernel ef_kernel_svdf_s8 = {
    .name = svdf_s8_name,
    .custom = NULL,
    .code = 27,
    .version_min = 1,
    .version_max = 4,
    .options = 6,
    .input_count = 5,
    .output_count = 1,
    .in_place = 0,
    .inputs = svdf_s8_inputs,
    .outputs = svdf_s8_outputs,
    .prepare = ef_svdf_s8_prepare,
    .invoke = ef_svdf_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SVDF && EF_WITH_FLOAT32
static const struct ef_operand svdf_f32_inputs[] = {
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, EF_OPERAND_CONSTANT, 255},
    {TYPE(FLOAT32), 2, 2, EF_OPERAND_CONSTANT, 255},
    {TYPE(FLOAT32), 1, 1, EF_OPERAND_OPTIONAL | EF_OPERAND_CONSTANT, 255},
    {TYPE(FLOAT32), 2, 2, EF_OPERAND_VARIABLE, 255},
};
static const struct ef_operand svdf_f32_outputs[] = {
    {TYPE(FLOAT32), 2, 2, 0, 255},
};
static const char svdf_f32_name[] = "svdf_f32";
const struct ef_kernel ef_kernel_svdf_f32 = {
    .name = svdf_f32_name,
    .custom = NULL,
    .code = 27,
    .version_min = 1,
    .version_max = 4,
    .options = 6,
    .input_count = 5,
    .output_count = 1,
    .in_place = 0,
    .inputs = svdf_f32_inputs,
    .outputs = svdf_f32_outputs,
    .prepare = ef_svdf_f32_prepare,
    .invoke = ef_svdf_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM && EF_WITH_INT8
static const struct ef_operand unidirectional_sequence_lstm_s8_inputs[] = {
    {TYPE(INT8), 3, 3, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {TYPE(INT8), 1, 2, EF_OPERAND_QUANTIZED | EF_OPERAND_VARIABLE, 255},
    {TYPE(INT16), 1, 2, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC | EF_OPERAND_VARIABLE, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand unidirectional_sequence_lstm_s8_outputs[] = {
    {TYPE(INT8), 3, 3, EF_OPERAND_QUANTIZED, 255},
};
static const char unidirectional_sequence_lstm_s8_name[] = "unidirectional_sequence_lstm_s8";
const struct ef_kernel ef_kernel_unidirectional_sequence_lstm_s8 = {
    .name = unidirectional_sequence_lstm_s8_name,
    .custom = NULL,
    .code = 44,
    .version_min = 1,
    .version_max = 5,
    .options = 71,
    .input_count = 24,
    .output_count = 1,
    .in_place = 0,
    .inputs = unidirectional_sequence_lstm_s8_inputs,
    .outputs = unidirectional_sequence_lstm_s8_outputs,
    .prepare = ef_unidirectional_sequence_lstm_s8_prepare,
    .invoke = ef_unidirectional_sequence_lstm_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM && EF_WITH_FLOAT32
static const struct ef_operand unidirectional_sequence_lstm_f32_inputs[] = {
    {TYPE(FLOAT32), 3, 3, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {TYPE(FLOAT32), 2, 2, 0, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {TYPE(FLOAT32), 1, 1, 0, 255},
    {TYPE(FLOAT32), 1, 1, 0, 255},
    {TYPE(FLOAT32), 1, 1, 0, 255},
    {TYPE(FLOAT32), 1, 1, 0, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {TYPE(FLOAT32), 1, 2, EF_OPERAND_VARIABLE, 255},
    {TYPE(FLOAT32), 1, 2, EF_OPERAND_VARIABLE, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand unidirectional_sequence_lstm_f32_outputs[] = {
    {TYPE(FLOAT32), 3, 3, 0, 255},
};
static const char unidirectional_sequence_lstm_f32_name[] = "unidirectional_sequence_lstm_f32";
const struct ef_kernel ef_kernel_unidirectional_sequence_lstm_f32 = {
    .name = unidirectional_sequence_lstm_f32_name,
    .custom = NULL,
    .code = 44,
    .version_min = 1,
    .version_max = 5,
    .options = 71,
    .input_count = 24,
    .output_count = 1,
    .in_place = 0,
    .inputs = unidirectional_sequence_lstm_f32_inputs,
    .outputs = unidirectional_sequence_lstm_f32_outputs,
    .prepare = ef_unidirectional_sequence_lstm_f32_prepare,
    .invoke = ef_unidirectional_sequence_lstm_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM && EF_WITH_INT16
static const struct ef_operand unidirectional_sequence_lstm_s16_inputs[] = {
    {TYPE(INT16), 3, 3, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT8), 2, 2, EF_OPERAND_CONSTANT | EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {TYPE(INT16), 1, 2, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC | EF_OPERAND_VARIABLE, 255},
    {TYPE(INT16), 1, 2, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC | EF_OPERAND_VARIABLE, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
    {0, 0, 6, EF_OPERAND_OPTIONAL, 255},
};
static const struct ef_operand unidirectional_sequence_lstm_s16_outputs[] = {
    {TYPE(INT16), 3, 3, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char unidirectional_sequence_lstm_s16_name[] = "unidirectional_sequence_lstm_s16";
const struct ef_kernel ef_kernel_unidirectional_sequence_lstm_s16 = {
    .name = unidirectional_sequence_lstm_s16_name,
    .custom = NULL,
    .code = 44,
    .version_min = 1,
    .version_max = 5,
    .options = 71,
    .input_count = 24,
    .output_count = 1,
    .in_place = 0,
    .inputs = unidirectional_sequence_lstm_s16_inputs,
    .outputs = unidirectional_sequence_lstm_s16_outputs,
    .prepare = ef_unidirectional_sequence_lstm_s16_prepare,
    .invoke = ef_unidirectional_sequence_lstm_s16_invoke,
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
static const char softmax_s8_name[] = "softmax_s8";
const struct ef_kernel ef_kernel_softmax_s8 = {
    .name = softmax_s8_name,
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
static const char softmax_f32_name[] = "softmax_f32";
const struct ef_kernel ef_kernel_softmax_f32 = {
    .name = softmax_f32_name,
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

#if EF_WITH_SOFTMAX && EF_WITH_INT16
static const struct ef_operand softmax_s16_inputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand softmax_s16_outputs[] = {
    {TYPE(INT16), 1, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char softmax_s16_name[] = "softmax_s16";
const struct ef_kernel ef_kernel_softmax_s16 = {
    .name = softmax_s16_name,
    .custom = NULL,
    .code = 25,
    .version_min = 1,
    .version_max = 3,
    .options = 9,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = softmax_s16_inputs,
    .outputs = softmax_s16_outputs,
    .prepare = ef_softmax_s16_prepare,
    .invoke = ef_softmax_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TANH && EF_WITH_INT8
static const struct ef_operand tanh_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand tanh_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char tanh_s8_name[] = "tanh_s8";
const struct ef_kernel ef_kernel_tanh_s8 = {
    .name = tanh_s8_name,
    .custom = NULL,
    .code = 28,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = tanh_s8_inputs,
    .outputs = tanh_s8_outputs,
    .prepare = ef_tanh_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TANH && EF_WITH_FLOAT32
static const struct ef_operand tanh_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand tanh_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char tanh_f32_name[] = "tanh_f32";
const struct ef_kernel ef_kernel_tanh_f32 = {
    .name = tanh_f32_name,
    .custom = NULL,
    .code = 28,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = tanh_f32_inputs,
    .outputs = tanh_f32_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_tanh_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TANH && EF_WITH_INT16
static const struct ef_operand tanh_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand tanh_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char tanh_s16_name[] = "tanh_s16";
const struct ef_kernel ef_kernel_tanh_s16 = {
    .name = tanh_s16_name,
    .custom = NULL,
    .code = 28,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = tanh_s16_inputs,
    .outputs = tanh_s16_outputs,
    .prepare = ef_tanh_s16_prepare,
    .invoke = ef_tanh_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ELU && EF_WITH_INT8
static const struct ef_operand elu_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand elu_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char elu_s8_name[] = "elu_s8";
const struct ef_kernel ef_kernel_elu_s8 = {
    .name = elu_s8_name,
    .custom = NULL,
    .code = 111,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = elu_s8_inputs,
    .outputs = elu_s8_outputs,
    .prepare = ef_elu_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ELU && EF_WITH_FLOAT32
static const struct ef_operand elu_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand elu_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char elu_f32_name[] = "elu_f32";
const struct ef_kernel ef_kernel_elu_f32 = {
    .name = elu_f32_name,
    .custom = NULL,
    .code = 111,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = elu_f32_inputs,
    .outputs = elu_f32_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_elu_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GELU && EF_WITH_INT8
static const struct ef_operand gelu_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand gelu_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char gelu_s8_name[] = "gelu_s8";
const struct ef_kernel ef_kernel_gelu_s8 = {
    .name = gelu_s8_name,
    .custom = NULL,
    .code = 150,
    .version_min = 1,
    .version_max = 3,
    .options = 116,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = gelu_s8_inputs,
    .outputs = gelu_s8_outputs,
    .prepare = ef_gelu_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GELU && EF_WITH_FLOAT32
static const struct ef_operand gelu_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand gelu_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char gelu_f32_name[] = "gelu_f32";
const struct ef_kernel ef_kernel_gelu_f32 = {
    .name = gelu_f32_name,
    .custom = NULL,
    .code = 150,
    .version_min = 1,
    .version_max = 3,
    .options = 116,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = gelu_f32_inputs,
    .outputs = gelu_f32_outputs,
    .prepare = ef_gelu_f32_prepare,
    .invoke = ef_gelu_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_EXP && EF_WITH_INT8
static const struct ef_operand exp_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand exp_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char exp_s8_name[] = "exp_s8";
const struct ef_kernel ef_kernel_exp_s8 = {
    .name = exp_s8_name,
    .custom = NULL,
    .code = 47,
    .version_min = 1,
    .version_max = 2,
    .options = 33,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = exp_s8_inputs,
    .outputs = exp_s8_outputs,
    .prepare = ef_exp_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_EXP && EF_WITH_FLOAT32
static const struct ef_operand exp_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand exp_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char exp_f32_name[] = "exp_f32";
const struct ef_kernel ef_kernel_exp_f32 = {
    .name = exp_f32_name,
    .custom = NULL,
    .code = 47,
    .version_min = 1,
    .version_max = 2,
    .options = 33,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = exp_f32_inputs,
    .outputs = exp_f32_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_exp_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOG && EF_WITH_INT8
static const struct ef_operand log_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand log_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char log_s8_name[] = "log_s8";
const struct ef_kernel ef_kernel_log_s8 = {
    .name = log_s8_name,
    .custom = NULL,
    .code = 73,
    .version_min = 1,
    .version_max = 2,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = log_s8_inputs,
    .outputs = log_s8_outputs,
    .prepare = ef_log_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOG && EF_WITH_FLOAT32
static const struct ef_operand log_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand log_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char log_f32_name[] = "log_f32";
const struct ef_kernel ef_kernel_log_f32 = {
    .name = log_f32_name,
    .custom = NULL,
    .code = 73,
    .version_min = 1,
    .version_max = 2,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = log_f32_inputs,
    .outputs = log_f32_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_log_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SQRT && EF_WITH_INT8
static const struct ef_operand sqrt_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand sqrt_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char sqrt_s8_name[] = "sqrt_s8";
const struct ef_kernel ef_kernel_sqrt_s8 = {
    .name = sqrt_s8_name,
    .custom = NULL,
    .code = 75,
    .version_min = 1,
    .version_max = 2,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = sqrt_s8_inputs,
    .outputs = sqrt_s8_outputs,
    .prepare = ef_sqrt_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SQRT && EF_WITH_FLOAT32
static const struct ef_operand sqrt_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand sqrt_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char sqrt_f32_name[] = "sqrt_f32";
const struct ef_kernel ef_kernel_sqrt_f32 = {
    .name = sqrt_f32_name,
    .custom = NULL,
    .code = 75,
    .version_min = 1,
    .version_max = 2,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = sqrt_f32_inputs,
    .outputs = sqrt_f32_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_sqrt_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RSQRT && EF_WITH_INT8
static const struct ef_operand rsqrt_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand rsqrt_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char rsqrt_s8_name[] = "rsqrt_s8";
const struct ef_kernel ef_kernel_rsqrt_s8 = {
    .name = rsqrt_s8_name,
    .custom = NULL,
    .code = 76,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = rsqrt_s8_inputs,
    .outputs = rsqrt_s8_outputs,
    .prepare = ef_rsqrt_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RSQRT && EF_WITH_FLOAT32
static const struct ef_operand rsqrt_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand rsqrt_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char rsqrt_f32_name[] = "rsqrt_f32";
const struct ef_kernel ef_kernel_rsqrt_f32 = {
    .name = rsqrt_f32_name,
    .custom = NULL,
    .code = 76,
    .version_min = 1,
    .version_max = 3,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = rsqrt_f32_inputs,
    .outputs = rsqrt_f32_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_rsqrt_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ABS && EF_WITH_INT8
static const struct ef_operand abs_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand abs_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char abs_s8_name[] = "abs_s8";
const struct ef_kernel ef_kernel_abs_s8 = {
    .name = abs_s8_name,
    .custom = NULL,
    .code = 101,
    .version_min = 1,
    .version_max = 5,
    .options = 78,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = abs_s8_inputs,
    .outputs = abs_s8_outputs,
    .prepare = ef_abs_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ABS && EF_WITH_FLOAT32
static const struct ef_operand abs_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand abs_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char abs_f32_name[] = "abs_f32";
const struct ef_kernel ef_kernel_abs_f32 = {
    .name = abs_f32_name,
    .custom = NULL,
    .code = 101,
    .version_min = 1,
    .version_max = 5,
    .options = 78,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = abs_f32_inputs,
    .outputs = abs_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ABS
static const struct ef_operand abs_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand abs_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char abs_s32_name[] = "abs_s32";
const struct ef_kernel ef_kernel_abs_s32 = {
    .name = abs_s32_name,
    .custom = NULL,
    .code = 101,
    .version_min = 1,
    .version_max = 5,
    .options = 78,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = abs_s32_inputs,
    .outputs = abs_s32_outputs,
    .prepare = ef_simple_s32_prepare,
    .invoke = ef_simple_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_NEG && EF_WITH_INT8
static const struct ef_operand neg_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand neg_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char neg_s8_name[] = "neg_s8";
const struct ef_kernel ef_kernel_neg_s8 = {
    .name = neg_s8_name,
    .custom = NULL,
    .code = 59,
    .version_min = 1,
    .version_max = 1,
    .options = 42,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = neg_s8_inputs,
    .outputs = neg_s8_outputs,
    .prepare = ef_neg_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_NEG && EF_WITH_FLOAT32
static const struct ef_operand neg_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand neg_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char neg_f32_name[] = "neg_f32";
const struct ef_kernel ef_kernel_neg_f32 = {
    .name = neg_f32_name,
    .custom = NULL,
    .code = 59,
    .version_min = 1,
    .version_max = 1,
    .options = 42,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = neg_f32_inputs,
    .outputs = neg_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_NEG
static const struct ef_operand neg_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand neg_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char neg_s32_name[] = "neg_s32";
const struct ef_kernel ef_kernel_neg_s32 = {
    .name = neg_s32_name,
    .custom = NULL,
    .code = 59,
    .version_min = 1,
    .version_max = 1,
    .options = 42,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = neg_s32_inputs,
    .outputs = neg_s32_outputs,
    .prepare = ef_simple_s32_prepare,
    .invoke = ef_simple_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_FLOOR && EF_WITH_FLOAT32
static const struct ef_operand floor_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand floor_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char floor_f32_name[] = "floor_f32";
const struct ef_kernel ef_kernel_floor_f32 = {
    .name = floor_f32_name,
    .custom = NULL,
    .code = 8,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = floor_f32_inputs,
    .outputs = floor_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_CEIL && EF_WITH_FLOAT32
static const struct ef_operand ceil_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand ceil_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char ceil_f32_name[] = "ceil_f32";
const struct ef_kernel ef_kernel_ceil_f32 = {
    .name = ceil_f32_name,
    .custom = NULL,
    .code = 104,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = ceil_f32_inputs,
    .outputs = ceil_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ROUND && EF_WITH_FLOAT32
static const struct ef_operand round_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand round_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char round_f32_name[] = "round_f32";
const struct ef_kernel ef_kernel_round_f32 = {
    .name = round_f32_name,
    .custom = NULL,
    .code = 116,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = round_f32_inputs,
    .outputs = round_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_HARD_SWISH && EF_WITH_INT8
static const struct ef_operand hard_swish_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand hard_swish_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char hard_swish_s8_name[] = "hard_swish_s8";
const struct ef_kernel ef_kernel_hard_swish_s8 = {
    .name = hard_swish_s8_name,
    .custom = NULL,
    .code = 117,
    .version_min = 1,
    .version_max = 1,
    .options = 91,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = hard_swish_s8_inputs,
    .outputs = hard_swish_s8_outputs,
    .prepare = ef_hard_swish_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_HARD_SWISH && EF_WITH_FLOAT32
static const struct ef_operand hard_swish_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand hard_swish_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char hard_swish_f32_name[] = "hard_swish_f32";
const struct ef_kernel ef_kernel_hard_swish_f32 = {
    .name = hard_swish_f32_name,
    .custom = NULL,
    .code = 117,
    .version_min = 1,
    .version_max = 1,
    .options = 91,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = hard_swish_f32_inputs,
    .outputs = hard_swish_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LEAKY_RELU && EF_WITH_INT8
static const struct ef_operand leaky_relu_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand leaky_relu_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char leaky_relu_s8_name[] = "leaky_relu_s8";
const struct ef_kernel ef_kernel_leaky_relu_s8 = {
    .name = leaky_relu_s8_name,
    .custom = NULL,
    .code = 98,
    .version_min = 1,
    .version_max = 2,
    .options = 75,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = leaky_relu_s8_inputs,
    .outputs = leaky_relu_s8_outputs,
    .prepare = ef_leaky_relu_s8_prepare,
    .invoke = ef_table_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LEAKY_RELU && EF_WITH_FLOAT32
static const struct ef_operand leaky_relu_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand leaky_relu_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char leaky_relu_f32_name[] = "leaky_relu_f32";
const struct ef_kernel ef_kernel_leaky_relu_f32 = {
    .name = leaky_relu_f32_name,
    .custom = NULL,
    .code = 98,
    .version_min = 1,
    .version_max = 2,
    .options = 75,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = leaky_relu_f32_inputs,
    .outputs = leaky_relu_f32_outputs,
    .prepare = ef_simple_f32_prepare,
    .invoke = ef_simple_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LEAKY_RELU && EF_WITH_INT16
static const struct ef_operand leaky_relu_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand leaky_relu_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char leaky_relu_s16_name[] = "leaky_relu_s16";
const struct ef_kernel ef_kernel_leaky_relu_s16 = {
    .name = leaky_relu_s16_name,
    .custom = NULL,
    .code = 98,
    .version_min = 1,
    .version_max = 2,
    .options = 75,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = leaky_relu_s16_inputs,
    .outputs = leaky_relu_s16_outputs,
    .prepare = ef_leaky_relu_s16_prepare,
    .invoke = ef_leaky_relu_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RELU_N1_TO_1 && EF_WITH_INT8
static const struct ef_operand relu_n1_to_1_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand relu_n1_to_1_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char relu_n1_to_1_s8_name[] = "relu_n1_to_1_s8";
const struct ef_kernel ef_kernel_relu_n1_to_1_s8 = {
    .name = relu_n1_to_1_s8_name,
    .custom = NULL,
    .code = 20,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1 | EF_KERNEL_ELEMENTS,
    .inputs = relu_n1_to_1_s8_inputs,
    .outputs = relu_n1_to_1_s8_outputs,
    .prepare = ef_relu_n1_to_1_s8_prepare,
    .invoke = ef_relu_n1_to_1_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_RELU_N1_TO_1 && EF_WITH_FLOAT32
static const struct ef_operand relu_n1_to_1_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand relu_n1_to_1_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char relu_n1_to_1_f32_name[] = "relu_n1_to_1_f32";
const struct ef_kernel ef_kernel_relu_n1_to_1_f32 = {
    .name = relu_n1_to_1_f32_name,
    .custom = NULL,
    .code = 20,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = relu_n1_to_1_f32_inputs,
    .outputs = relu_n1_to_1_f32_outputs,
    .prepare = ef_relu_n1_to_1_f32_prepare,
    .invoke = ef_relu_n1_to_1_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOGICAL_NOT
static const struct ef_operand logical_not_inputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand logical_not_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char logical_not_name[] = "logical_not";
const struct ef_kernel ef_kernel_logical_not = {
    .name = logical_not_name,
    .custom = NULL,
    .code = 87,
    .version_min = 1,
    .version_max = 1,
    .options = 63,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = logical_not_inputs,
    .outputs = logical_not_outputs,
    .prepare = ef_unary_prepare,
    .invoke = ef_logical_not_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUB && EF_WITH_INT8
static const struct ef_operand sub_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand sub_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char sub_s8_name[] = "sub_s8";
const struct ef_kernel ef_kernel_sub_s8 = {
    .name = sub_s8_name,
    .custom = NULL,
    .code = 41,
    .version_min = 1,
    .version_max = 5,
    .options = 28,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3 | EF_KERNEL_ELEMENTS,
    .inputs = sub_s8_inputs,
    .outputs = sub_s8_outputs,
    .prepare = ef_sub_s8_prepare,
    .invoke = ef_sub_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUB && EF_WITH_FLOAT32
static const struct ef_operand sub_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand sub_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char sub_f32_name[] = "sub_f32";
const struct ef_kernel ef_kernel_sub_f32 = {
    .name = sub_f32_name,
    .custom = NULL,
    .code = 41,
    .version_min = 1,
    .version_max = 5,
    .options = 28,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = sub_f32_inputs,
    .outputs = sub_f32_outputs,
    .prepare = ef_binary_f32_prepare,
    .invoke = ef_binary_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUB
static const struct ef_operand sub_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand sub_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char sub_s32_name[] = "sub_s32";
const struct ef_kernel ef_kernel_sub_s32 = {
    .name = sub_s32_name,
    .custom = NULL,
    .code = 41,
    .version_min = 1,
    .version_max = 5,
    .options = 28,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = sub_s32_inputs,
    .outputs = sub_s32_outputs,
    .prepare = ef_binary_s32_prepare,
    .invoke = ef_binary_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUB && EF_WITH_INT16
static const struct ef_operand sub_s16_inputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const struct ef_operand sub_s16_outputs[] = {
    {TYPE(INT16), 0, 6, EF_OPERAND_QUANTIZED | EF_OPERAND_SYMMETRIC, 255},
};
static const char sub_s16_name[] = "sub_s16";
const struct ef_kernel ef_kernel_sub_s16 = {
    .name = sub_s16_name,
    .custom = NULL,
    .code = 41,
    .version_min = 1,
    .version_max = 5,
    .options = 28,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = sub_s16_inputs,
    .outputs = sub_s16_outputs,
    .prepare = ef_sub_s16_prepare,
    .invoke = ef_sub_s16_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DIV && EF_WITH_INT8
static const struct ef_operand div_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand div_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char div_s8_name[] = "div_s8";
const struct ef_kernel ef_kernel_div_s8 = {
    .name = div_s8_name,
    .custom = NULL,
    .code = 42,
    .version_min = 1,
    .version_max = 2,
    .options = 29,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = div_s8_inputs,
    .outputs = div_s8_outputs,
    .prepare = ef_div_s8_prepare,
    .invoke = ef_div_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DIV && EF_WITH_FLOAT32
static const struct ef_operand div_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand div_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char div_f32_name[] = "div_f32";
const struct ef_kernel ef_kernel_div_f32 = {
    .name = div_f32_name,
    .custom = NULL,
    .code = 42,
    .version_min = 1,
    .version_max = 2,
    .options = 29,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = div_f32_inputs,
    .outputs = div_f32_outputs,
    .prepare = ef_binary_f32_prepare,
    .invoke = ef_binary_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DIV
static const struct ef_operand div_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand div_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char div_s32_name[] = "div_s32";
const struct ef_kernel ef_kernel_div_s32 = {
    .name = div_s32_name,
    .custom = NULL,
    .code = 42,
    .version_min = 1,
    .version_max = 2,
    .options = 29,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = div_s32_inputs,
    .outputs = div_s32_outputs,
    .prepare = ef_binary_s32_prepare,
    .invoke = ef_binary_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MAXIMUM && EF_WITH_INT8
static const struct ef_operand maximum_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand maximum_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char maximum_s8_name[] = "maximum_s8";
const struct ef_kernel ef_kernel_maximum_s8 = {
    .name = maximum_s8_name,
    .custom = NULL,
    .code = 55,
    .version_min = 1,
    .version_max = 4,
    .options = 39,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = maximum_s8_inputs,
    .outputs = maximum_s8_outputs,
    .prepare = ef_binary_prepare,
    .invoke = ef_binary_bytes_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MAXIMUM && EF_WITH_FLOAT32
static const struct ef_operand maximum_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand maximum_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char maximum_f32_name[] = "maximum_f32";
const struct ef_kernel ef_kernel_maximum_f32 = {
    .name = maximum_f32_name,
    .custom = NULL,
    .code = 55,
    .version_min = 1,
    .version_max = 4,
    .options = 39,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = maximum_f32_inputs,
    .outputs = maximum_f32_outputs,
    .prepare = ef_binary_f32_prepare,
    .invoke = ef_binary_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MAXIMUM
static const struct ef_operand maximum_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand maximum_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char maximum_s32_name[] = "maximum_s32";
const struct ef_kernel ef_kernel_maximum_s32 = {
    .name = maximum_s32_name,
    .custom = NULL,
    .code = 55,
    .version_min = 1,
    .version_max = 4,
    .options = 39,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = maximum_s32_inputs,
    .outputs = maximum_s32_outputs,
    .prepare = ef_binary_s32_prepare,
    .invoke = ef_binary_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MINIMUM && EF_WITH_INT8
static const struct ef_operand minimum_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand minimum_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char minimum_s8_name[] = "minimum_s8";
const struct ef_kernel ef_kernel_minimum_s8 = {
    .name = minimum_s8_name,
    .custom = NULL,
    .code = 57,
    .version_min = 1,
    .version_max = 4,
    .options = 39,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = minimum_s8_inputs,
    .outputs = minimum_s8_outputs,
    .prepare = ef_binary_prepare,
    .invoke = ef_binary_bytes_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MINIMUM && EF_WITH_FLOAT32
static const struct ef_operand minimum_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand minimum_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char minimum_f32_name[] = "minimum_f32";
const struct ef_kernel ef_kernel_minimum_f32 = {
    .name = minimum_f32_name,
    .custom = NULL,
    .code = 57,
    .version_min = 1,
    .version_max = 4,
    .options = 39,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = minimum_f32_inputs,
    .outputs = minimum_f32_outputs,
    .prepare = ef_binary_f32_prepare,
    .invoke = ef_binary_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MINIMUM
static const struct ef_operand minimum_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand minimum_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char minimum_s32_name[] = "minimum_s32";
const struct ef_kernel ef_kernel_minimum_s32 = {
    .name = minimum_s32_name,
    .custom = NULL,
    .code = 57,
    .version_min = 1,
    .version_max = 4,
    .options = 39,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = minimum_s32_inputs,
    .outputs = minimum_s32_outputs,
    .prepare = ef_binary_s32_prepare,
    .invoke = ef_binary_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SQUARED_DIFFERENCE && EF_WITH_INT8
static const struct ef_operand squared_difference_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand squared_difference_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char squared_difference_s8_name[] = "squared_difference_s8";
const struct ef_kernel ef_kernel_squared_difference_s8 = {
    .name = squared_difference_s8_name,
    .custom = NULL,
    .code = 99,
    .version_min = 1,
    .version_max = 2,
    .options = 76,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = squared_difference_s8_inputs,
    .outputs = squared_difference_s8_outputs,
    .prepare = ef_squared_difference_s8_prepare,
    .invoke = ef_squared_difference_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SQUARED_DIFFERENCE && EF_WITH_FLOAT32
static const struct ef_operand squared_difference_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand squared_difference_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char squared_difference_f32_name[] = "squared_difference_f32";
const struct ef_kernel ef_kernel_squared_difference_f32 = {
    .name = squared_difference_f32_name,
    .custom = NULL,
    .code = 99,
    .version_min = 1,
    .version_max = 2,
    .options = 76,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = squared_difference_f32_inputs,
    .outputs = squared_difference_f32_outputs,
    .prepare = ef_binary_f32_prepare,
    .invoke = ef_binary_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SQUARED_DIFFERENCE
static const struct ef_operand squared_difference_s32_inputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
    {TYPE(INT32), 0, 6, 0, 255},
};
static const struct ef_operand squared_difference_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char squared_difference_s32_name[] = "squared_difference_s32";
const struct ef_kernel ef_kernel_squared_difference_s32 = {
    .name = squared_difference_s32_name,
    .custom = NULL,
    .code = 99,
    .version_min = 1,
    .version_max = 2,
    .options = 76,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = squared_difference_s32_inputs,
    .outputs = squared_difference_s32_outputs,
    .prepare = ef_binary_s32_prepare,
    .invoke = ef_binary_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PRELU && EF_WITH_INT8
static const struct ef_operand prelu_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand prelu_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char prelu_s8_name[] = "prelu_s8";
const struct ef_kernel ef_kernel_prelu_s8 = {
    .name = prelu_s8_name,
    .custom = NULL,
    .code = 54,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 2,
    .output_count = 1,
    .in_place = 1,
    .inputs = prelu_s8_inputs,
    .outputs = prelu_s8_outputs,
    .prepare = ef_prelu_s8_prepare,
    .invoke = ef_prelu_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PRELU && EF_WITH_FLOAT32
static const struct ef_operand prelu_f32_inputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const struct ef_operand prelu_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char prelu_f32_name[] = "prelu_f32";
const struct ef_kernel ef_kernel_prelu_f32 = {
    .name = prelu_f32_name,
    .custom = NULL,
    .code = 54,
    .version_min = 1,
    .version_max = 1,
    .options = 0,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = prelu_f32_inputs,
    .outputs = prelu_f32_outputs,
    .prepare = ef_binary_f32_prepare,
    .invoke = ef_binary_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_EQUAL && EF_WITH_INT8
static const struct ef_operand equal_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand equal_s8_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char equal_s8_name[] = "equal_s8";
const struct ef_kernel ef_kernel_equal_s8 = {
    .name = equal_s8_name,
    .custom = NULL,
    .code = 71,
    .version_min = 1,
    .version_max = 5,
    .options = 53,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = equal_s8_inputs,
    .outputs = equal_s8_outputs,
    .prepare = ef_compare_s8_prepare,
    .invoke = ef_compare_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_EQUAL
static const struct ef_operand equal_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand equal_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char equal_name[] = "equal";
const struct ef_kernel ef_kernel_equal = {
    .name = equal_name,
    .custom = NULL,
    .code = 71,
    .version_min = 1,
    .version_max = 5,
    .options = 53,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = equal_inputs,
    .outputs = equal_outputs,
    .prepare = ef_compare_prepare,
    .invoke = ef_compare_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_NOT_EQUAL && EF_WITH_INT8
static const struct ef_operand not_equal_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand not_equal_s8_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char not_equal_s8_name[] = "not_equal_s8";
const struct ef_kernel ef_kernel_not_equal_s8 = {
    .name = not_equal_s8_name,
    .custom = NULL,
    .code = 72,
    .version_min = 1,
    .version_max = 4,
    .options = 54,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = not_equal_s8_inputs,
    .outputs = not_equal_s8_outputs,
    .prepare = ef_compare_s8_prepare,
    .invoke = ef_compare_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_NOT_EQUAL
static const struct ef_operand not_equal_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand not_equal_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char not_equal_name[] = "not_equal";
const struct ef_kernel ef_kernel_not_equal = {
    .name = not_equal_name,
    .custom = NULL,
    .code = 72,
    .version_min = 1,
    .version_max = 4,
    .options = 54,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = not_equal_inputs,
    .outputs = not_equal_outputs,
    .prepare = ef_compare_prepare,
    .invoke = ef_compare_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LESS && EF_WITH_INT8
static const struct ef_operand less_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand less_s8_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char less_s8_name[] = "less_s8";
const struct ef_kernel ef_kernel_less_s8 = {
    .name = less_s8_name,
    .custom = NULL,
    .code = 58,
    .version_min = 1,
    .version_max = 3,
    .options = 41,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = less_s8_inputs,
    .outputs = less_s8_outputs,
    .prepare = ef_compare_s8_prepare,
    .invoke = ef_compare_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LESS
static const struct ef_operand less_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand less_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char less_name[] = "less";
const struct ef_kernel ef_kernel_less = {
    .name = less_name,
    .custom = NULL,
    .code = 58,
    .version_min = 1,
    .version_max = 3,
    .options = 41,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = less_inputs,
    .outputs = less_outputs,
    .prepare = ef_compare_prepare,
    .invoke = ef_compare_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LESS_EQUAL && EF_WITH_INT8
static const struct ef_operand less_equal_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand less_equal_s8_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char less_equal_s8_name[] = "less_equal_s8";
const struct ef_kernel ef_kernel_less_equal_s8 = {
    .name = less_equal_s8_name,
    .custom = NULL,
    .code = 63,
    .version_min = 1,
    .version_max = 2,
    .options = 46,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = less_equal_s8_inputs,
    .outputs = less_equal_s8_outputs,
    .prepare = ef_compare_s8_prepare,
    .invoke = ef_compare_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LESS_EQUAL
static const struct ef_operand less_equal_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand less_equal_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char less_equal_name[] = "less_equal";
const struct ef_kernel ef_kernel_less_equal = {
    .name = less_equal_name,
    .custom = NULL,
    .code = 63,
    .version_min = 1,
    .version_max = 2,
    .options = 46,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = less_equal_inputs,
    .outputs = less_equal_outputs,
    .prepare = ef_compare_prepare,
    .invoke = ef_compare_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GREATER && EF_WITH_INT8
static const struct ef_operand greater_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand greater_s8_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char greater_s8_name[] = "greater_s8";
const struct ef_kernel ef_kernel_greater_s8 = {
    .name = greater_s8_name,
    .custom = NULL,
    .code = 61,
    .version_min = 1,
    .version_max = 2,
    .options = 44,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = greater_s8_inputs,
    .outputs = greater_s8_outputs,
    .prepare = ef_compare_s8_prepare,
    .invoke = ef_compare_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GREATER
static const struct ef_operand greater_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand greater_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char greater_name[] = "greater";
const struct ef_kernel ef_kernel_greater = {
    .name = greater_name,
    .custom = NULL,
    .code = 61,
    .version_min = 1,
    .version_max = 2,
    .options = 44,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = greater_inputs,
    .outputs = greater_outputs,
    .prepare = ef_compare_prepare,
    .invoke = ef_compare_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GREATER_EQUAL && EF_WITH_INT8
static const struct ef_operand greater_equal_s8_inputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand greater_equal_s8_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char greater_equal_s8_name[] = "greater_equal_s8";
const struct ef_kernel ef_kernel_greater_equal_s8 = {
    .name = greater_equal_s8_name,
    .custom = NULL,
    .code = 62,
    .version_min = 1,
    .version_max = 3,
    .options = 45,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = greater_equal_s8_inputs,
    .outputs = greater_equal_s8_outputs,
    .prepare = ef_compare_s8_prepare,
    .invoke = ef_compare_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GREATER_EQUAL
static const struct ef_operand greater_equal_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT32) | TYPE(INT64), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand greater_equal_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char greater_equal_name[] = "greater_equal";
const struct ef_kernel ef_kernel_greater_equal = {
    .name = greater_equal_name,
    .custom = NULL,
    .code = 62,
    .version_min = 1,
    .version_max = 3,
    .options = 45,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = greater_equal_inputs,
    .outputs = greater_equal_outputs,
    .prepare = ef_compare_prepare,
    .invoke = ef_compare_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOGICAL_AND
static const struct ef_operand logical_and_inputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand logical_and_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char logical_and_name[] = "logical_and";
const struct ef_kernel ef_kernel_logical_and = {
    .name = logical_and_name,
    .custom = NULL,
    .code = 86,
    .version_min = 1,
    .version_max = 1,
    .options = 62,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = logical_and_inputs,
    .outputs = logical_and_outputs,
    .prepare = ef_binary_prepare,
    .invoke = ef_binary_bytes_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOGICAL_OR
static const struct ef_operand logical_or_inputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand logical_or_outputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
};
static const char logical_or_name[] = "logical_or";
const struct ef_kernel ef_kernel_logical_or = {
    .name = logical_or_name,
    .custom = NULL,
    .code = 84,
    .version_min = 1,
    .version_max = 1,
    .options = 60,
    .input_count = 2,
    .output_count = 1,
    .in_place = 3,
    .inputs = logical_or_inputs,
    .outputs = logical_or_outputs,
    .prepare = ef_binary_prepare,
    .invoke = ef_binary_bytes_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SQUEEZE
static const struct ef_operand squeeze_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand squeeze_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char squeeze_name[] = "squeeze";
const struct ef_kernel ef_kernel_squeeze = {
    .name = squeeze_name,
    .custom = NULL,
    .code = 43,
    .version_min = 1,
    .version_max = 2,
    .options = 30,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = squeeze_inputs,
    .outputs = squeeze_outputs,
    .prepare = ef_reshape_prepare,
    .invoke = ef_reshape_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_EXPAND_DIMS
static const struct ef_operand expand_dims_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 0, 1, 0, 255},
};
static const struct ef_operand expand_dims_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char expand_dims_name[] = "expand_dims";
const struct ef_kernel ef_kernel_expand_dims = {
    .name = expand_dims_name,
    .custom = NULL,
    .code = 70,
    .version_min = 1,
    .version_max = 1,
    .options = 52,
    .input_count = 2,
    .output_count = 1,
    .in_place = 1,
    .inputs = expand_dims_inputs,
    .outputs = expand_dims_outputs,
    .prepare = ef_reshape_prepare,
    .invoke = ef_reshape_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TRANSPOSE
static const struct ef_operand transpose_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand transpose_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char transpose_name[] = "transpose";
const struct ef_kernel ef_kernel_transpose = {
    .name = transpose_name,
    .custom = NULL,
    .code = 39,
    .version_min = 1,
    .version_max = 7,
    .options = 26,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = transpose_inputs,
    .outputs = transpose_outputs,
    .prepare = ef_transpose_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SLICE
static const struct ef_operand slice_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32) | TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand slice_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char slice_name[] = "slice";
const struct ef_kernel ef_kernel_slice = {
    .name = slice_name,
    .custom = NULL,
    .code = 65,
    .version_min = 1,
    .version_max = 6,
    .options = 48,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = slice_inputs,
    .outputs = slice_outputs,
    .prepare = ef_slice_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_STRIDED_SLICE
static const struct ef_operand strided_slice_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand strided_slice_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char strided_slice_name[] = "strided_slice";
const struct ef_kernel ef_kernel_strided_slice = {
    .name = strided_slice_name,
    .custom = NULL,
    .code = 45,
    .version_min = 1,
    .version_max = 8,
    .options = 32,
    .input_count = 4,
    .output_count = 1,
    .in_place = 0,
    .inputs = strided_slice_inputs,
    .outputs = strided_slice_outputs,
    .prepare = ef_strided_slice_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_TILE
static const struct ef_operand tile_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand tile_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char tile_name[] = "tile";
const struct ef_kernel ef_kernel_tile = {
    .name = tile_name,
    .custom = NULL,
    .code = 69,
    .version_min = 1,
    .version_max = 3,
    .options = 51,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = tile_inputs,
    .outputs = tile_outputs,
    .prepare = ef_tile_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_BROADCAST_TO
static const struct ef_operand broadcast_to_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 1, 1, 0, 255},
};
static const struct ef_operand broadcast_to_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char broadcast_to_name[] = "broadcast_to";
const struct ef_kernel ef_kernel_broadcast_to = {
    .name = broadcast_to_name,
    .custom = NULL,
    .code = 130,
    .version_min = 2,
    .version_max = 4,
    .options = 104,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = broadcast_to_inputs,
    .outputs = broadcast_to_outputs,
    .prepare = ef_broadcast_to_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SPACE_TO_DEPTH
static const struct ef_operand space_to_depth_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 4, 4, 0, 255},
};
static const struct ef_operand space_to_depth_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 4, 4, EF_OPERAND_SAME_TYPE, 255},
};
static const char space_to_depth_name[] = "space_to_depth";
const struct ef_kernel ef_kernel_space_to_depth = {
    .name = space_to_depth_name,
    .custom = NULL,
    .code = 26,
    .version_min = 1,
    .version_max = 2,
    .options = 19,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = space_to_depth_inputs,
    .outputs = space_to_depth_outputs,
    .prepare = ef_space_to_depth_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_DEPTH_TO_SPACE
static const struct ef_operand depth_to_space_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 4, 4, 0, 255},
};
static const struct ef_operand depth_to_space_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 4, 4, EF_OPERAND_SAME_TYPE, 255},
};
static const char depth_to_space_name[] = "depth_to_space";
const struct ef_kernel ef_kernel_depth_to_space = {
    .name = depth_to_space_name,
    .custom = NULL,
    .code = 5,
    .version_min = 1,
    .version_max = 2,
    .options = 94,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = depth_to_space_inputs,
    .outputs = depth_to_space_outputs,
    .prepare = ef_space_to_depth_prepare,
    .invoke = ef_move_walk_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_MIRROR_PAD
static const struct ef_operand mirror_pad_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 2, 2, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand mirror_pad_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char mirror_pad_name[] = "mirror_pad";
const struct ef_kernel ef_kernel_mirror_pad = {
    .name = mirror_pad_name,
    .custom = NULL,
    .code = 100,
    .version_min = 1,
    .version_max = 3,
    .options = 77,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = mirror_pad_inputs,
    .outputs = mirror_pad_outputs,
    .prepare = ef_mirror_pad_prepare,
    .invoke = ef_mirror_pad_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SPLIT
static const struct ef_operand split_inputs[] = {
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
};
static const struct ef_operand split_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_REPEATED, 255},
};
static const char split_name[] = "split";
const struct ef_kernel ef_kernel_split = {
    .name = split_name,
    .custom = NULL,
    .code = 49,
    .version_min = 1,
    .version_max = 4,
    .options = 35,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = split_inputs,
    .outputs = split_outputs,
    .prepare = ef_split_prepare,
    .invoke = ef_split_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SPLIT_V
static const struct ef_operand split_v_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 1, 1, EF_OPERAND_CONSTANT, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand split_v_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_REPEATED | EF_OPERAND_SAME_TYPE, 255},
};
static const char split_v_name[] = "split_v";
const struct ef_kernel ef_kernel_split_v = {
    .name = split_v_name,
    .custom = NULL,
    .code = 102,
    .version_min = 1,
    .version_max = 2,
    .options = 79,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = split_v_inputs,
    .outputs = split_v_outputs,
    .prepare = ef_split_prepare,
    .invoke = ef_split_v_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_UNPACK
static const struct ef_operand unpack_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
};
static const struct ef_operand unpack_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_REPEATED | EF_OPERAND_SAME_TYPE, 255},
};
static const char unpack_name[] = "unpack";
const struct ef_kernel ef_kernel_unpack = {
    .name = unpack_name,
    .custom = NULL,
    .code = 88,
    .version_min = 1,
    .version_max = 4,
    .options = 64,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = unpack_inputs,
    .outputs = unpack_outputs,
    .prepare = ef_unpack_prepare,
    .invoke = ef_split_v_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_PACK
static const struct ef_operand pack_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 5, EF_OPERAND_REPEATED | EF_OPERAND_SAME_TYPE, 255},
};
static const struct ef_operand pack_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char pack_name[] = "pack";
const struct ef_kernel ef_kernel_pack = {
    .name = pack_name,
    .custom = NULL,
    .code = 83,
    .version_min = 1,
    .version_max = 4,
    .options = 59,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = pack_inputs,
    .outputs = pack_outputs,
    .prepare = ef_pack_prepare,
    .invoke = ef_pack_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_GATHER
static const struct ef_operand gather_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
};
static const struct ef_operand gather_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, EF_OPERAND_SAME_TYPE, 255},
};
static const char gather_name[] = "gather";
const struct ef_kernel ef_kernel_gather = {
    .name = gather_name,
    .custom = NULL,
    .code = 36,
    .version_min = 1,
    .version_max = 7,
    .options = 23,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = gather_inputs,
    .outputs = gather_outputs,
    .prepare = ef_gather_prepare,
    .invoke = ef_gather_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SHAPE
static const struct ef_operand shape_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand shape_outputs[] = {
    {TYPE(INT32) | TYPE(INT64), 1, 1, 0, 255},
};
static const char shape_name[] = "shape";
const struct ef_kernel ef_kernel_shape = {
    .name = shape_name,
    .custom = NULL,
    .code = 77,
    .version_min = 1,
    .version_max = 1,
    .options = 55,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = shape_inputs,
    .outputs = shape_outputs,
    .prepare = ef_shape_prepare,
    .invoke = ef_shape_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_CAST
static const struct ef_operand cast_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand cast_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT16) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
};
static const char cast_name[] = "cast";
const struct ef_kernel ef_kernel_cast = {
    .name = cast_name,
    .custom = NULL,
    .code = 53,
    .version_min = 1,
    .version_max = 4,
    .options = 37,
    .input_count = 1,
    .output_count = 1,
    .in_place = 0,
    .inputs = cast_inputs,
    .outputs = cast_outputs,
    .prepare = ef_cast_prepare,
    .invoke = ef_cast_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SELECT_V2
static const struct ef_operand select_v2_inputs[] = {
    {TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
};
static const struct ef_operand select_v2_outputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(INT64) | TYPE(BOOL), 0, 6, 0, 255},
};
static const char select_v2_name[] = "select_v2";
const struct ef_kernel ef_kernel_select_v2 = {
    .name = select_v2_name,
    .custom = NULL,
    .code = 123,
    .version_min = 1,
    .version_max = 2,
    .options = 98,
    .input_count = 3,
    .output_count = 1,
    .in_place = 0,
    .inputs = select_v2_inputs,
    .outputs = select_v2_outputs,
    .prepare = ef_select_v2_prepare,
    .invoke = ef_select_v2_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUM && EF_WITH_INT8
static const struct ef_operand sum_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand sum_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char sum_s8_name[] = "sum_s8";
const struct ef_kernel ef_kernel_sum_s8 = {
    .name = sum_s8_name,
    .custom = NULL,
    .code = 74,
    .version_min = 1,
    .version_max = 2,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = sum_s8_inputs,
    .outputs = sum_s8_outputs,
    .prepare = ef_sum_s8_prepare,
    .invoke = ef_sum_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUM && EF_WITH_FLOAT32
static const struct ef_operand sum_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand sum_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char sum_f32_name[] = "sum_f32";
const struct ef_kernel ef_kernel_sum_f32 = {
    .name = sum_f32_name,
    .custom = NULL,
    .code = 74,
    .version_min = 1,
    .version_max = 2,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = sum_f32_inputs,
    .outputs = sum_f32_outputs,
    .prepare = ef_reduce_any_prepare,
    .invoke = ef_reduce_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_SUM
static const struct ef_operand sum_s32_inputs[] = {
    {TYPE(INT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand sum_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char sum_s32_name[] = "sum_s32";
const struct ef_kernel ef_kernel_sum_s32 = {
    .name = sum_s32_name,
    .custom = NULL,
    .code = 74,
    .version_min = 1,
    .version_max = 2,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = sum_s32_inputs,
    .outputs = sum_s32_outputs,
    .prepare = ef_reduce_any_prepare,
    .invoke = ef_reduce_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_REDUCE_MAX && EF_WITH_INT8
static const struct ef_operand reduce_max_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand reduce_max_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char reduce_max_s8_name[] = "reduce_max_s8";
const struct ef_kernel ef_kernel_reduce_max_s8 = {
    .name = reduce_max_s8_name,
    .custom = NULL,
    .code = 82,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = reduce_max_s8_inputs,
    .outputs = reduce_max_s8_outputs,
    .prepare = ef_reduce_s8_prepare,
    .invoke = ef_reduce_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_REDUCE_MAX && EF_WITH_FLOAT32
static const struct ef_operand reduce_max_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand reduce_max_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char reduce_max_f32_name[] = "reduce_max_f32";
const struct ef_kernel ef_kernel_reduce_max_f32 = {
    .name = reduce_max_f32_name,
    .custom = NULL,
    .code = 82,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = reduce_max_f32_inputs,
    .outputs = reduce_max_f32_outputs,
    .prepare = ef_reduce_any_prepare,
    .invoke = ef_reduce_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_REDUCE_MAX
static const struct ef_operand reduce_max_s32_inputs[] = {
    {TYPE(INT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand reduce_max_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char reduce_max_s32_name[] = "reduce_max_s32";
const struct ef_kernel ef_kernel_reduce_max_s32 = {
    .name = reduce_max_s32_name,
    .custom = NULL,
    .code = 82,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = reduce_max_s32_inputs,
    .outputs = reduce_max_s32_outputs,
    .prepare = ef_reduce_any_prepare,
    .invoke = ef_reduce_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_REDUCE_MIN && EF_WITH_INT8
static const struct ef_operand reduce_min_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand reduce_min_s8_outputs[] = {
    {TYPE(INT8), 0, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char reduce_min_s8_name[] = "reduce_min_s8";
const struct ef_kernel ef_kernel_reduce_min_s8 = {
    .name = reduce_min_s8_name,
    .custom = NULL,
    .code = 89,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = reduce_min_s8_inputs,
    .outputs = reduce_min_s8_outputs,
    .prepare = ef_reduce_s8_prepare,
    .invoke = ef_reduce_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_REDUCE_MIN && EF_WITH_FLOAT32
static const struct ef_operand reduce_min_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand reduce_min_f32_outputs[] = {
    {TYPE(FLOAT32), 0, 6, 0, 255},
};
static const char reduce_min_f32_name[] = "reduce_min_f32";
const struct ef_kernel ef_kernel_reduce_min_f32 = {
    .name = reduce_min_f32_name,
    .custom = NULL,
    .code = 89,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = reduce_min_f32_inputs,
    .outputs = reduce_min_f32_outputs,
    .prepare = ef_reduce_any_prepare,
    .invoke = ef_reduce_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_REDUCE_MIN
static const struct ef_operand reduce_min_s32_inputs[] = {
    {TYPE(INT32), 1, 6, 0, 255},
    {TYPE(INT32), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand reduce_min_s32_outputs[] = {
    {TYPE(INT32), 0, 6, 0, 255},
};
static const char reduce_min_s32_name[] = "reduce_min_s32";
const struct ef_kernel ef_kernel_reduce_min_s32 = {
    .name = reduce_min_s32_name,
    .custom = NULL,
    .code = 89,
    .version_min = 1,
    .version_max = 3,
    .options = 27,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = reduce_min_s32_inputs,
    .outputs = reduce_min_s32_outputs,
    .prepare = ef_reduce_any_prepare,
    .invoke = ef_reduce_s32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ARG_MAX
static const struct ef_operand arg_max_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand arg_max_outputs[] = {
    {TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
};
static const char arg_max_name[] = "arg_max";
const struct ef_kernel ef_kernel_arg_max = {
    .name = arg_max_name,
    .custom = NULL,
    .code = 56,
    .version_min = 1,
    .version_max = 3,
    .options = 40,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = arg_max_inputs,
    .outputs = arg_max_outputs,
    .prepare = ef_arg_max_prepare,
    .invoke = ef_arg_max_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_ARG_MIN
static const struct ef_operand arg_min_inputs[] = {
    {TYPE(FLOAT32) | TYPE(INT8) | TYPE(UINT8) | TYPE(INT32) | TYPE(BOOL), 1, 6, 0, 255},
    {TYPE(INT32) | TYPE(INT64), 0, 1, EF_OPERAND_CONSTANT, 255},
};
static const struct ef_operand arg_min_outputs[] = {
    {TYPE(INT32) | TYPE(INT64), 0, 6, 0, 255},
};
static const char arg_min_name[] = "arg_min";
const struct ef_kernel ef_kernel_arg_min = {
    .name = arg_min_name,
    .custom = NULL,
    .code = 79,
    .version_min = 1,
    .version_max = 3,
    .options = 57,
    .input_count = 2,
    .output_count = 1,
    .in_place = 0,
    .inputs = arg_min_inputs,
    .outputs = arg_min_outputs,
    .prepare = ef_arg_max_prepare,
    .invoke = ef_arg_max_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_L2_NORMALIZATION && EF_WITH_INT8
static const struct ef_operand l2_normalization_s8_inputs[] = {
    {TYPE(INT8), 1, 4, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand l2_normalization_s8_outputs[] = {
    {TYPE(INT8), 1, 4, EF_OPERAND_QUANTIZED, 255},
};
static const char l2_normalization_s8_name[] = "l2_normalization_s8";
const struct ef_kernel ef_kernel_l2_normalization_s8 = {
    .name = l2_normalization_s8_name,
    .custom = NULL,
    .code = 11,
    .version_min = 1,
    .version_max = 2,
    .options = 12,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = l2_normalization_s8_inputs,
    .outputs = l2_normalization_s8_outputs,
    .prepare = ef_l2_normalization_s8_prepare,
    .invoke = ef_l2_normalization_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_L2_NORMALIZATION && EF_WITH_FLOAT32
static const struct ef_operand l2_normalization_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 4, 0, 255},
};
static const struct ef_operand l2_normalization_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 4, 0, 255},
};
static const char l2_normalization_f32_name[] = "l2_normalization_f32";
const struct ef_kernel ef_kernel_l2_normalization_f32 = {
    .name = l2_normalization_f32_name,
    .custom = NULL,
    .code = 11,
    .version_min = 1,
    .version_max = 2,
    .options = 12,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = l2_normalization_f32_inputs,
    .outputs = l2_normalization_f32_outputs,
    .prepare = ef_l2_normalization_f32_prepare,
    .invoke = ef_l2_normalization_f32_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOG_SOFTMAX && EF_WITH_INT8
static const struct ef_operand log_softmax_s8_inputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
static const struct ef_operand log_softmax_s8_outputs[] = {
    {TYPE(INT8), 1, 6, EF_OPERAND_QUANTIZED, 255},
};
static const char log_softmax_s8_name[] = "log_softmax_s8";
const struct ef_kernel ef_kernel_log_softmax_s8 = {
    .name = log_softmax_s8_name,
    .custom = NULL,
    .code = 50,
    .version_min = 1,
    .version_max = 2,
    .options = 36,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = log_softmax_s8_inputs,
    .outputs = log_softmax_s8_outputs,
    .prepare = ef_log_softmax_s8_prepare,
    .invoke = ef_log_softmax_s8_invoke,
    .row = NULL,
};
#endif

#if EF_WITH_LOG_SOFTMAX && EF_WITH_FLOAT32
static const struct ef_operand log_softmax_f32_inputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
static const struct ef_operand log_softmax_f32_outputs[] = {
    {TYPE(FLOAT32), 1, 6, 0, 255},
};
static const char log_softmax_f32_name[] = "log_softmax_f32";
const struct ef_kernel ef_kernel_log_softmax_f32 = {
    .name = log_softmax_f32_name,
    .custom = NULL,
    .code = 50,
    .version_min = 1,
    .version_max = 2,
    .options = 36,
    .input_count = 1,
    .output_count = 1,
    .in_place = 1,
    .inputs = log_softmax_f32_inputs,
    .outputs = log_softmax_f32_outputs,
    .prepare = ef_log_softmax_f32_prepare,
    .invoke = ef_log_softmax_f32_invoke,
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
#if EF_WITH_ADD && EF_WITH_INT16
    &ef_kernel_add_s16,
#endif
#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_INT8
    &ef_kernel_average_pool_2d_s8,
#endif
#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_FLOAT32
    &ef_kernel_average_pool_2d_f32,
#endif
#if EF_WITH_AVERAGE_POOL_2D && EF_WITH_INT16
    &ef_kernel_average_pool_2d_s16,
#endif
#if EF_WITH_CONCATENATION && EF_WITH_INT8
    &ef_kernel_concatenation_s8,
#endif
#if EF_WITH_CONCATENATION && EF_WITH_FLOAT32
    &ef_kernel_concatenation_f32,
#endif
#if EF_WITH_CONCATENATION && EF_WITH_INT16
    &ef_kernel_concatenation_s16,
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
#if EF_WITH_CONV_2D && EF_WITH_INT16
    &ef_kernel_conv_2d_s16,
#endif
#if EF_WITH_CONV_2D && EF_WITH_INT8
    &ef_kernel_conv_2d_s4,
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
#if EF_WITH_DEPTHWISE_CONV_2D && EF_WITH_INT16
    &ef_kernel_depthwise_conv_2d_s16,
#endif
#if EF_WITH_DEQUANTIZE && EF_WITH_INT8
    &ef_kernel_dequantize_s8_f32,
#endif
#if EF_WITH_DEQUANTIZE && EF_WITH_FLOAT32
    &ef_kernel_dequantize_f16_f32,
#endif
#if EF_WITH_DEQUANTIZE && EF_WITH_INT16
    &ef_kernel_dequantize_s16_f32,
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
#if EF_WITH_FULLY_CONNECTED && EF_WITH_INT16
    &ef_kernel_fully_connected_s16,
#endif
#if EF_WITH_FULLY_CONNECTED && EF_WITH_INT8
    &ef_kernel_fully_connected_s4,
#endif
#if EF_WITH_LOGISTIC && EF_WITH_INT8
    &ef_kernel_logistic_s8,
#endif
#if EF_WITH_LOGISTIC && EF_WITH_FLOAT32
    &ef_kernel_logistic_f32,
#endif
#if EF_WITH_LOGISTIC && EF_WITH_INT16
    &ef_kernel_logistic_s16,
#endif
#if EF_WITH_MAX_POOL_2D && EF_WITH_INT8
    &ef_kernel_max_pool_2d_s8,
#endif
#if EF_WITH_MAX_POOL_2D && EF_WITH_FLOAT32
    &ef_kernel_max_pool_2d_f32,
#endif
#if EF_WITH_MAX_POOL_2D && EF_WITH_INT16
    &ef_kernel_max_pool_2d_s16,
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
#if EF_WITH_MUL && EF_WITH_INT16
    &ef_kernel_mul_s16,
#endif
#if EF_WITH_PAD && EF_WITH_INT8
    &ef_kernel_pad_s8,
#endif
#if EF_WITH_PAD && EF_WITH_FLOAT32
    &ef_kernel_pad_f32,
#endif
#if EF_WITH_PAD && EF_WITH_INT16
    &ef_kernel_pad_s16,
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
#if EF_WITH_QUANTIZE && EF_WITH_INT16
    &ef_kernel_quantize_f32_s16,
#endif
#if EF_WITH_QUANTIZE && EF_WITH_INT16
    &ef_kernel_quantize_s8_s16,
#endif
#if EF_WITH_QUANTIZE && EF_WITH_INT16
    &ef_kernel_quantize_s16_s8,
#endif
#if EF_WITH_QUANTIZE && EF_WITH_INT16
    &ef_kernel_quantize_s16_s16,
#endif
#if EF_WITH_RELU && EF_WITH_INT8
    &ef_kernel_relu_s8,
#endif
#if EF_WITH_RELU && EF_WITH_FLOAT32
    &ef_kernel_relu_f32,
#endif
#if EF_WITH_RELU && EF_WITH_INT16
    &ef_kernel_relu_s16,
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
#if EF_WITH_TRANSPOSE_CONV && EF_WITH_INT16
    &ef_kernel_transpose_conv_s16,
#endif
#if EF_WITH_BATCH_MATMUL && EF_WITH_INT8
    &ef_kernel_batch_matmul_s8,
#endif
#if EF_WITH_BATCH_MATMUL && EF_WITH_FLOAT32
    &ef_kernel_batch_matmul_f32,
#endif
#if EF_WITH_SVDF && EF_WITH_INT8
    &ef_kernel_svdf_s8,
#endif
#if EF_WITH_SVDF && EF_WITH_FLOAT32
    &ef_kernel_svdf_f32,
#endif
#if EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM && EF_WITH_INT8
    &ef_kernel_unidirectional_sequence_lstm_s8,
#endif
#if EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM && EF_WITH_FLOAT32
    &ef_kernel_unidirectional_sequence_lstm_f32,
#endif
#if EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM && EF_WITH_INT16
    &ef_kernel_unidirectional_sequence_lstm_s16,
#endif
#if EF_WITH_SOFTMAX && EF_WITH_INT8
    &ef_kernel_softmax_s8,
#endif
#if EF_WITH_SOFTMAX && EF_WITH_FLOAT32
    &ef_kernel_softmax_f32,
#endif
#if EF_WITH_SOFTMAX && EF_WITH_INT16
    &ef_kernel_softmax_s16,
#endif
#if EF_WITH_TANH && EF_WITH_INT8
    &ef_kernel_tanh_s8,
#endif
#if EF_WITH_TANH && EF_WITH_FLOAT32
    &ef_kernel_tanh_f32,
#endif
#if EF_WITH_TANH && EF_WITH_INT16
    &ef_kernel_tanh_s16,
#endif
#if EF_WITH_ELU && EF_WITH_INT8
    &ef_kernel_elu_s8,
#endif
#if EF_WITH_ELU && EF_WITH_FLOAT32
    &ef_kernel_elu_f32,
#endif
#if EF_WITH_GELU && EF_WITH_INT8
    &ef_kernel_gelu_s8,
#endif
#if EF_WITH_GELU && EF_WITH_FLOAT32
    &ef_kernel_gelu_f32,
#endif
#if EF_WITH_EXP && EF_WITH_INT8
    &ef_kernel_exp_s8,
#endif
#if EF_WITH_EXP && EF_WITH_FLOAT32
    &ef_kernel_exp_f32,
#endif
#if EF_WITH_LOG && EF_WITH_INT8
    &ef_kernel_log_s8,
#endif
#if EF_WITH_LOG && EF_WITH_FLOAT32
    &ef_kernel_log_f32,
#endif
#if EF_WITH_SQRT && EF_WITH_INT8
    &ef_kernel_sqrt_s8,
#endif
#if EF_WITH_SQRT && EF_WITH_FLOAT32
    &ef_kernel_sqrt_f32,
#endif
#if EF_WITH_RSQRT && EF_WITH_INT8
    &ef_kernel_rsqrt_s8,
#endif
#if EF_WITH_RSQRT && EF_WITH_FLOAT32
    &ef_kernel_rsqrt_f32,
#endif
#if EF_WITH_ABS && EF_WITH_INT8
    &ef_kernel_abs_s8,
#endif
#if EF_WITH_ABS && EF_WITH_FLOAT32
    &ef_kernel_abs_f32,
#endif
#if EF_WITH_ABS
    &ef_kernel_abs_s32,
#endif
#if EF_WITH_NEG && EF_WITH_INT8
    &ef_kernel_neg_s8,
#endif
#if EF_WITH_NEG && EF_WITH_FLOAT32
    &ef_kernel_neg_f32,
#endif
#if EF_WITH_NEG
    &ef_kernel_neg_s32,
#endif
#if EF_WITH_FLOOR && EF_WITH_FLOAT32
    &ef_kernel_floor_f32,
#endif
#if EF_WITH_CEIL && EF_WITH_FLOAT32
    &ef_kernel_ceil_f32,
#endif
#if EF_WITH_ROUND && EF_WITH_FLOAT32
    &ef_kernel_round_f32,
#endif
#if EF_WITH_HARD_SWISH && EF_WITH_INT8
    &ef_kernel_hard_swish_s8,
#endif
#if EF_WITH_HARD_SWISH && EF_WITH_FLOAT32
    &ef_kernel_hard_swish_f32,
#endif
#if EF_WITH_LEAKY_RELU && EF_WITH_INT8
    &ef_kernel_leaky_relu_s8,
#endif
#if EF_WITH_LEAKY_RELU && EF_WITH_FLOAT32
    &ef_kernel_leaky_relu_f32,
#endif
#if EF_WITH_LEAKY_RELU && EF_WITH_INT16
    &ef_kernel_leaky_relu_s16,
#endif
#if EF_WITH_RELU_N1_TO_1 && EF_WITH_INT8
    &ef_kernel_relu_n1_to_1_s8,
#endif
#if EF_WITH_RELU_N1_TO_1 && EF_WITH_FLOAT32
    &ef_kernel_relu_n1_to_1_f32,
#endif
#if EF_WITH_LOGICAL_NOT
    &ef_kernel_logical_not,
#endif
#if EF_WITH_SUB && EF_WITH_INT8
    &ef_kernel_sub_s8,
#endif
#if EF_WITH_SUB && EF_WITH_FLOAT32
    &ef_kernel_sub_f32,
#endif
#if EF_WITH_SUB
    &ef_kernel_sub_s32,
#endif
#if EF_WITH_SUB && EF_WITH_INT16
    &ef_kernel_sub_s16,
#endif
#if EF_WITH_DIV && EF_WITH_INT8
    &ef_kernel_div_s8,
#endif
#if EF_WITH_DIV && EF_WITH_FLOAT32
    &ef_kernel_div_f32,
#endif
#if EF_WITH_DIV
    &ef_kernel_div_s32,
#endif
#if EF_WITH_MAXIMUM && EF_WITH_INT8
    &ef_kernel_maximum_s8,
#endif
#if EF_WITH_MAXIMUM && EF_WITH_FLOAT32
    &ef_kernel_maximum_f32,
#endif
#if EF_WITH_MAXIMUM
    &ef_kernel_maximum_s32,
#endif
#if EF_WITH_MINIMUM && EF_WITH_INT8
    &ef_kernel_minimum_s8,
#endif
#if EF_WITH_MINIMUM && EF_WITH_FLOAT32
    &ef_kernel_minimum_f32,
#endif
#if EF_WITH_MINIMUM
    &ef_kernel_minimum_s32,
#endif
#if EF_WITH_SQUARED_DIFFERENCE && EF_WITH_INT8
    &ef_kernel_squared_difference_s8,
#endif
#if EF_WITH_SQUARED_DIFFERENCE && EF_WITH_FLOAT32
    &ef_kernel_squared_difference_f32,
#endif
#if EF_WITH_SQUARED_DIFFERENCE
    &ef_kernel_squared_difference_s32,
#endif
#if EF_WITH_PRELU && EF_WITH_INT8
    &ef_kernel_prelu_s8,
#endif
#if EF_WITH_PRELU && EF_WITH_FLOAT32
    &ef_kernel_prelu_f32,
#endif
#if EF_WITH_EQUAL && EF_WITH_INT8
    &ef_kernel_equal_s8,
#endif
#if EF_WITH_EQUAL
    &ef_kernel_equal,
#endif
#if EF_WITH_NOT_EQUAL && EF_WITH_INT8
    &ef_kernel_not_equal_s8,
#endif
#if EF_WITH_NOT_EQUAL
    &ef_kernel_not_equal,
#endif
#if EF_WITH_LESS && EF_WITH_INT8
    &ef_kernel_less_s8,
#endif
#if EF_WITH_LESS
    &ef_kernel_less,
#endif
#if EF_WITH_LESS_EQUAL && EF_WITH_INT8
    &ef_kernel_less_equal_s8,
#endif
#if EF_WITH_LESS_EQUAL
    &ef_kernel_less_equal,
#endif
#if EF_WITH_GREATER && EF_WITH_INT8
    &ef_kernel_greater_s8,
#endif
#if EF_WITH_GREATER
    &ef_kernel_greater,
#endif
#if EF_WITH_GREATER_EQUAL && EF_WITH_INT8
    &ef_kernel_greater_equal_s8,
#endif
#if EF_WITH_GREATER_EQUAL
    &ef_kernel_greater_equal,
#endif
#if EF_WITH_LOGICAL_AND
    &ef_kernel_logical_and,
#endif
#if EF_WITH_LOGICAL_OR
    &ef_kernel_logical_or,
#endif
#if EF_WITH_SQUEEZE
    &ef_kernel_squeeze,
#endif
#if EF_WITH_EXPAND_DIMS
    &ef_kernel_expand_dims,
#endif
#if EF_WITH_TRANSPOSE
    &ef_kernel_transpose,
#endif
#if EF_WITH_SLICE
    &ef_kernel_slice,
#endif
#if EF_WITH_STRIDED_SLICE
    &ef_kernel_strided_slice,
#endif
#if EF_WITH_TILE
    &ef_kernel_tile,
#endif
#if EF_WITH_BROADCAST_TO
    &ef_kernel_broadcast_to,
#endif
#if EF_WITH_SPACE_TO_DEPTH
    &ef_kernel_space_to_depth,
#endif
#if EF_WITH_DEPTH_TO_SPACE
    &ef_kernel_depth_to_space,
#endif
#if EF_WITH_MIRROR_PAD
    &ef_kernel_mirror_pad,
#endif
#if EF_WITH_SPLIT
    &ef_kernel_split,
#endif
#if EF_WITH_SPLIT_V
    &ef_kernel_split_v,
#endif
#if EF_WITH_UNPACK
    &ef_kernel_unpack,
#endif
#if EF_WITH_PACK
    &ef_kernel_pack,
#endif
#if EF_WITH_GATHER
    &ef_kernel_gather,
#endif
#if EF_WITH_SHAPE
    &ef_kernel_shape,
#endif
#if EF_WITH_CAST
    &ef_kernel_cast,
#endif
#if EF_WITH_SELECT_V2
    &ef_kernel_select_v2,
#endif
#if EF_WITH_SUM && EF_WITH_INT8
    &ef_kernel_sum_s8,
#endif
#if EF_WITH_SUM && EF_WITH_FLOAT32
    &ef_kernel_sum_f32,
#endif
#if EF_WITH_SUM
    &ef_kernel_sum_s32,
#endif
#if EF_WITH_REDUCE_MAX && EF_WITH_INT8
    &ef_kernel_reduce_max_s8,
#endif
#if EF_WITH_REDUCE_MAX && EF_WITH_FLOAT32
    &ef_kernel_reduce_max_f32,
#endif
#if EF_WITH_REDUCE_MAX
    &ef_kernel_reduce_max_s32,
#endif
#if EF_WITH_REDUCE_MIN && EF_WITH_INT8
    &ef_kernel_reduce_min_s8,
#endif
#if EF_WITH_REDUCE_MIN && EF_WITH_FLOAT32
    &ef_kernel_reduce_min_f32,
#endif
#if EF_WITH_REDUCE_MIN
    &ef_kernel_reduce_min_s32,
#endif
#if EF_WITH_ARG_MAX
    &ef_kernel_arg_max,
#endif
#if EF_WITH_ARG_MIN
    &ef_kernel_arg_min,
#endif
#if EF_WITH_L2_NORMALIZATION && EF_WITH_INT8
    &ef_kernel_l2_normalization_s8,
#endif
#if EF_WITH_L2_NORMALIZATION && EF_WITH_FLOAT32
    &ef_kernel_l2_normalization_f32,
#endif
#if EF_WITH_LOG_SOFTMAX && EF_WITH_INT8
    &ef_kernel_log_softmax_s8,
#endif
#if EF_WITH_LOG_SOFTMAX && EF_WITH_FLOAT32
    &ef_kernel_log_softmax_f32,
#endif
    NULL,
};
