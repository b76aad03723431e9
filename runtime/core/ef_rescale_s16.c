/* Rescaling from or to int16; see the header. No scratch. */
#include "ef_rescale_s16.h"

#include "ef_requantize.h"

enum ef_status ef_rescale_s16_prepare(struct ef_context *context, int32_t activation) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct ef_rescale_s16 *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    const int narrow = out.type == EF_TYPE_INT8;
    ef_multiplier_of_scales(in.scale, 1.0f, out.scale, &record->multiplier, &record->shift);
    ef_activation_range(activation, out.scale, out.zero_point, narrow ? INT8_MIN : INT16_MIN,
                        narrow ? INT8_MAX : INT16_MAX, &record->min, &record->max);
    record->elements = out.elements;
    record->in_zero_point = in.zero_point;
    record->out_zero_point = out.zero_point;
    return EF_OK;
}

int32_t ef_rescale_s16_value(const struct ef_rescale_s16 *record, int32_t value) {
    const int32_t scaled = ef_requantize(value - record->in_zero_point, record->multiplier, record->shift);
    return ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), record->min, record->max);
}
