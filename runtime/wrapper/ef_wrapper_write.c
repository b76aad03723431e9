/* Numbers into tensors: normalized and quantized in one step, halves rounded away from zero, saturated. */
#include "ef_wrapper_exact.h"

#include "ef_wrapper.h"

#include <stddef.h>

static const int64_t least[] = {0, INT8_MIN, 0, INT16_MIN, INT32_MIN, INT64_MIN};
static const int64_t most[] = {0, INT8_MAX, UINT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX};

/* The whole number next to `value`, halves away from zero; |value| < 2^31. */
static int32_t rounded(float value) {
    const int32_t whole = (int32_t)value;
    const float rest = value - (float)whole; /* exact: float32 has no fractions where this could round */
    return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
}

/* `value` as an integer of `type`, shifted and saturated. */
static int64_t quantized(enum ef_wrapper_type type, float value, int32_t zero_point) {
    int64_t whole;
    if (value < 2147483648.0f && value >= -2147483648.0f) {
        whole = rounded(value);
    } else if (value < 9.0e18f && value > -9.0e18f) {
        whole = (int64_t)value; /* float32 has no fractions here */
    } else {
        return value > 0.0f ? most[type] : least[type];
    }
    whole += zero_point;
    return whole < least[type] ? least[type] : whole > most[type] ? most[type] : whole;
}

enum ef_wrapper_status ef_wrapper_put(const struct ef_wrapper_in *in, float value, uint32_t i, void *tensor) {
    if (in->means != 0) value = value - in->mean[in->means > 1 ? i % in->means : 0];
    if (in->divisors != 0) value = value / in->divisor[in->divisors > 1 ? i % in->divisors : 0];
    if (in->type == EF_WRAPPER_F32) {
        ((float *)tensor)[i] = value;
        return EF_WRAPPER_OK;
    }
    if (value != value) return EF_WRAPPER_BAD_VALUE;
    const int64_t whole = quantized(in->type, value, in->zero_point);
    switch (in->type) {
        case EF_WRAPPER_S8: ((int8_t *)tensor)[i] = (int8_t)whole; break;
        case EF_WRAPPER_U8: ((uint8_t *)tensor)[i] = (uint8_t)whole; break;
        case EF_WRAPPER_S16: ((int16_t *)tensor)[i] = (int16_t)whole; break;
        case EF_WRAPPER_S64: ((int64_t *)tensor)[i] = whole; break;
        default: ((int32_t *)tensor)[i] = (int32_t)whole; break;
    }
    return EF_WRAPPER_OK;
}

enum ef_wrapper_status ef_wrapper_write(const struct ef_wrapper_in *in, const float *values, void *tensor) {
    if (values == NULL) return EF_WRAPPER_BAD_VALUE;
    for (uint32_t i = 0; i < in->elements; ++i) {
        const enum ef_wrapper_status status = ef_wrapper_put(in, values[i], i, tensor);
        if (status != EF_WRAPPER_OK) return status;
    }
    return EF_WRAPPER_OK;
}
