/* L2_NORMALIZATION, int8, over the innermost size, by one fixed-point inverse root a row. May run in place. Refuses rows of
 * more than 2^15 values, a fused activation, an output that does not have scale 1/128 and zero point 0, and another shape
 * in the output than in the input. */
#include "ef_inverse_root.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth;
    int32_t zero_point;
};

enum ef_status ef_l2_normalization_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if (activation != EF_ACTIVATION_NONE)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("fused activation # is not NONE"),
                         activation, 0);
    if (out.zero_point != 0 || out.scale < 0.0078124f || out.scale > 0.0078126f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0),
                         EF_TEXT("needs scale 1/128 and zero point 0, not #"), out.zero_point, 0);
    if (in.dims[in.rank - 1] > 1 << 15)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 0, EF_TEXT("rows of # values"), in.dims[in.rank - 1], 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->depth = (uint32_t)in.dims[in.rank - 1];
    record->rows = in.elements / record->depth;
    record->zero_point = in.zero_point;
    return EF_OK;
}

void ef_l2_normalization_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t row = 0; row < record->rows; row++, in += record->depth, out += record->depth) {
        int32_t sum = 0, multiplier, shift;
        for (uint32_t i = 0; i < record->depth; i++) {
            const int32_t value = in[i] - record->zero_point;
            sum += value * value;
        }
        ef_inverse_root(sum, &multiplier, &shift);
        shift += 7;
        const int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
        for (uint32_t i = 0; i < record->depth; i++) {
            const int32_t value = (in[i] - record->zero_point) * (1 << left);
            const int32_t scaled = ef_rounding_divide_by_pot(ef_doubling_high_mul(value, multiplier), right);
            out[i] = (int8_t)ef_clamp(scaled, INT8_MIN, INT8_MAX);
        }
    }
}
