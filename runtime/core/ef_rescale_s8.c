/* Rescaling of int8 values; see the header. No scratch; may run in place. */
#include "ef_rescale_s8.h"

#include "ef_requantize.h"

struct record {
    uint32_t elements;
    int32_t multiplier, shift;
    int16_t in_zero_point, out_zero_point;
    int16_t min, max;
};

enum ef_status ef_rescale_s8_prepare(struct ef_context *context, int32_t activation) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    int32_t min, max;
    ef_multiplier_of_scales(in.scale, 1.0f, out.scale, &record->multiplier, &record->shift);
    ef_activation_range(activation, out.scale, out.zero_point, INT8_MIN, INT8_MAX, &min, &max);
    record->elements = out.elements;
    record->in_zero_point = (int16_t)in.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    return EF_OK;
}

void ef_rescale_s8_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++) {
        const int32_t scaled = ef_requantize(in[i] - record.in_zero_point, record.multiplier, record.shift);
        out[i] = (int8_t)ef_clamp(ef_wrapping_add(scaled, record.out_zero_point), record.min, record.max);
    }
}
