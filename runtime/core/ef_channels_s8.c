/* Output multipliers of int8 convolutions; see the header. */
#include "ef_channels_s8.h"

void ef_channels_s8_prepare(struct ef_channels_s8 *channels, const struct ef_tensor *in,
                            const struct ef_tensor *weights, const struct ef_tensor *out, int32_t activation) {
    int32_t *multipliers = (int32_t *)(void *)(channels + 1);
    const uint32_t count = weights->scale_count > 1u ? weights->scale_count : 1u;
    int8_t *shifts = (int8_t *)(multipliers + count);
    int32_t min, max;
    ef_activation_range(activation, out->scale, out->zero_point, INT8_MIN, INT8_MAX, &min, &max);
    channels->in_zero_point = (int16_t)in->zero_point;
    channels->out_zero_point = (int16_t)out->zero_point;
    channels->min = (int16_t)min;
    channels->max = (int16_t)max;
    channels->count = (uint16_t)count;
    channels->right_shifts = 1;
    for (uint32_t i = 0; i < count; i++) {
        int32_t shift;
        ef_multiplier_of_scales(in->scale, ef_tensor_scale(weights, i), out->scale, &multipliers[i], &shift);
        shifts[i] = (int8_t)shift;
        if (shift > -2) channels->right_shifts = 0;
    }
}

void ef_channels_s8_store(const struct ef_channels_s8 *channels, uint32_t channel, uint32_t count, const uint32_t *sum,
                          int8_t *out) {
    const int32_t *multiplier = ef_channels_s8_multipliers(channels);
    const int8_t *shift = ef_channels_s8_shifts(channels);
    const uint32_t step = channels->count > 1 ? 1u : 0u;
    const int32_t zero_point = channels->out_zero_point, min = channels->min, max = channels->max;
    multiplier += channel * step;
    shift += channel * step;
    for (; count > 0; count--, multiplier += step, shift += step) {
        const int32_t x = (int32_t)*sum++;
        int32_t value;
#if EF_HAVE_DSP
        if (*shift <= -2) { /* as ef_requantize(), with the zero point in the last step */
            value = ef_dsp_high_mac_rounded(x, (int32_t)((uint32_t)*multiplier << 1), x);
            value = ef_dsp_high_mac_rounded(value + (value >> 31), (int32_t)(UINT32_C(1) << (32 + *shift)), zero_point);
        } else
#endif
            value = ef_wrapping_add(ef_requantize(x, *multiplier, *shift), zero_point);
        value = value < min ? min : value;
        *out++ = (int8_t)(value > max ? max : value);
    }
}
