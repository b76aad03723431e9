/* LEAKY_RELU, int16: one multiplier for what is below 0 and one for the rest. May run in place. Refuses alpha that is not
 * finite, and another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t elements;
    int32_t above, above_shift;
    int32_t below, below_shift; /* of the size of alpha */
    int32_t negative;           /* whether alpha is */
};

enum ef_status ef_leaky_relu_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const float alpha = ef_option_f32(context, 0, 0.0f), size = alpha < 0.0f ? -alpha : alpha;
    if (!(size < 1e30f))
        return ef_refuse(context, EF_NOT_FINITE, EF_NO_OPERAND, EF_TEXT("alpha must be finite"), 0, 0);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    ef_multiplier_of_scales(ef_float_ratio(in.scale, 1.0f, out.scale), 1.0f, 1.0f, &record->above,
                            &record->above_shift);
    ef_multiplier_of_scales(ef_float_ratio(in.scale, size, out.scale), 1.0f, 1.0f, &record->below,
                            &record->below_shift);
    record->negative = alpha < 0.0f;
    return EF_OK;
}

void ef_leaky_relu_s16_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++) {
        const int32_t value = in[i];
        const int32_t scaled =
            value >= 0 ? ef_requantize(value, record->above, record->above_shift)
                       : ef_requantize(record->negative ? -value : value, record->below, record->below_shift);
        out[i] = (int16_t)ef_clamp(scaled, INT16_MIN, INT16_MAX);
    }
}
