/* Checks that CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED share, whatever their type. */
#ifndef EF_DENSE_H
#define EF_DENSE_H

#include "ef_kernel.h"

/* The fused activation is NONE, RELU, RELU6 or RELU_N1_TO_1. */
enum ef_status ef_dense_check_activation(struct ef_context *context, int32_t activation);

/* The bias (operand 2) is absent or has `channels` values. */
enum ef_status ef_dense_check_bias(struct ef_context *context, int32_t channels);

#endif /* EF_DENSE_H */
