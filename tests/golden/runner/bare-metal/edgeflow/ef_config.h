/* edgeflow generate sine_int8.tflite --runner --board netduinoplus2 --framework bare-metal -o . */
/* The runtime's options for this project; the rest have the defaults of ef_config_defaults.h. */
#ifndef EF_PROJECT_CONFIG_H
#define EF_PROJECT_CONFIG_H
/* names that the runner tells; port/bare/main.c */
#define EF_BOARD "netduinoplus2"
#define EF_CPU "STM32F405RGT6, Cortex-M4F"
#define EF_FLAGS "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2"
#define EF_WITH_INT16 0
#define EF_WITH_FLOAT32 0
#define EF_WITH_ADD 0
#define EF_WITH_AVERAGE_POOL_2D 0
#define EF_WITH_CONCATENATION 0
#define EF_WITH_CONV_2D 0
#define EF_WITH_DEPTHWISE_CONV_2D 0
#define EF_WITH_DEQUANTIZE 0
#define EF_WITH_LOGISTIC 0
#define EF_WITH_MAX_POOL_2D 0
#define EF_WITH_MEAN 0
#define EF_WITH_MUL 0
#define EF_WITH_PAD 0
#define EF_WITH_PADV2 0
#define EF_WITH_QUANTIZE 0
#define EF_WITH_RELU 0
#define EF_WITH_RELU6 0
#define EF_WITH_RESHAPE 0
#define EF_WITH_RESIZE_NEAREST_NEIGHBOR 0
#define EF_WITH_RESIZE_BILINEAR 0
#define EF_WITH_TRANSPOSE_CONV 0
#define EF_WITH_BATCH_MATMUL 0
#define EF_WITH_SVDF 0
#define EF_WITH_UNIDIRECTIONAL_SEQUENCE_LSTM 0
#define EF_WITH_SOFTMAX 0
#define EF_WITH_TANH 0
#define EF_WITH_ELU 0
#define EF_WITH_GELU 0
#define EF_WITH_EXP 0
#define EF_WITH_LOG 0
#define EF_WITH_SQRT 0
#define EF_WITH_RSQRT 0
#define EF_WITH_ABS 0
#define EF_WITH_NEG 0
#define EF_WITH_FLOOR 0
#define EF_WITH_CEIL 0
#define EF_WITH_ROUND 0
#define EF_WITH_HARD_SWISH 0
#define EF_WITH_LEAKY_RELU 0
#define EF_WITH_RELU_N1_TO_1 0
#define EF_WITH_LOGICAL_NOT 0
#define EF_WITH_SUB 0
#define EF_WITH_DIV 0
#define EF_WITH_MAXIMUM 0
#define EF_WITH_MINIMUM 0
#define EF_WITH_SQUARED_DIFFERENCE 0
#define EF_WITH_PRELU 0
#define EF_WITH_EQUAL 0
#define EF_WITH_NOT_EQUAL 0
#define EF_WITH_LESS 0
#define EF_WITH_LESS_EQUAL 0
#define EF_WITH_GREATER 0
#define EF_WITH_GREATER_EQUAL 0
#define EF_WITH_LOGICAL_AND 0
#define EF_WITH_LOGICAL_OR 0
#define EF_WITH_SQUEEZE 0
#define EF_WITH_EXPAND_DIMS 0
#define EF_WITH_TRANSPOSE 0
#define EF_WITH_SLICE 0
#define EF_WITH_STRIDED_SLICE 0
#define EF_WITH_TILE 0
#define EF_WITH_BROADCAST_TO 0
#define EF_WITH_SPACE_TO_DEPTH 0
#define EF_WITH_DEPTH_TO_SPACE 0
#define EF_WITH_MIRROR_PAD 0
#define EF_WITH_SPLIT 0
#define EF_WITH_SPLIT_V 0
#define EF_WITH_UNPACK 0
#define EF_WITH_PACK 0
#define EF_WITH_GATHER 0
#define EF_WITH_SHAPE 0
#define EF_WITH_CAST 0
#define EF_WITH_SELECT_V2 0
#define EF_WITH_SUM 0
#define EF_WITH_REDUCE_MAX 0
#define EF_WITH_REDUCE_MIN 0
#define EF_WITH_ARG_MAX 0
#define EF_WITH_ARG_MIN 0
#define EF_WITH_L2_NORMALIZATION 0
#define EF_WITH_LOG_SOFTMAX 0

#include "ef_config_defaults.h"

#endif /* EF_PROJECT_CONFIG_H */
