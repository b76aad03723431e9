/* Output multipliers of int8 convolutions; see the header. */
#include "ef_channels_s8.h"

void ef_channels_s8_prepare(struct ef_channels_s8 *channels, const struct ef_tensor *in, const struct ef_tensor *weights,
                            const struct ef_tensor *out, int32_t activation) {
    int32_t *multipliers = (int32_t *)(void *)(channels + 1);
    const uint32_t count = weights->scale_count > 1u ? weights->scale_count : 1u;
    int8_t *shifts = (int8_t *)(multipliers + count);
    int32_t min, max;
    ef_activation_range(activation, out->scale, out->zero_point, INT8_MIN, INT8_MAX, &min, &max);
    channels->in_zero_point = (int16_t)in->zero_point;
    channels->out_zero_point = (int16_t)out->zero_point;
    channels->min = (int16_t)min;
    channels->max = (int16_t)max;
    channels->count = (int32_t)count;
    for (uint32_t i = 0; i < count; i++) {
        int32_t shift;
        ef_multiplier_of_scales(in->scale, ef_tensor_scale(weights, i), out->scale, &multipliers[i], &shift);
        shifts[i] = (int8_t)shift;
    }
}
