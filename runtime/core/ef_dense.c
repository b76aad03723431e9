/* Shared checks; see the header. */
#include "ef_dense.h"

enum ef_status ef_dense_check_activation(struct ef_context *context, int32_t activation) {
    if (activation == EF_ACTIVATION_NONE || activation == EF_ACTIVATION_RELU || activation == EF_ACTIVATION_RELU6 ||
        activation == EF_ACTIVATION_RELU_N1_TO_1)
        return EF_OK;
    return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND,
                     EF_TEXT("fused activation # is not NONE, RELU, RELU6 or RELU_N1_TO_1"), activation, 0);
}

enum ef_status ef_dense_check_bias(struct ef_context *context, int32_t channels) {
    struct ef_tensor bias;
    if (!ef_input(context, 2, &bias) || bias.elements == (uint32_t)channels) return EF_OK;
    return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 2, EF_TEXT("bias has # values for # channels"),
                     (int32_t)bias.elements, channels);
}
