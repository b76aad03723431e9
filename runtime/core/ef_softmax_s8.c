/* SOFTMAX, int8, over the innermost size: fixed-point exponentials and one reciprocal a row, bit for bit those of the
 * reference kernel. The output's scale is 1/256 and its zero point -128. No scratch; may run in place.
 * Refuses other output parameters, another shape in the output than in the input, beta that is not finite and > 0. */
#include "ef_fixed_exp.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth;
    int32_t multiplier, shift; /* of input steps to Q5.26, shift >= 0 */
    int32_t least;             /* differences from the row's maximum below this count as nothing */
};

enum ef_status ef_softmax_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const float beta = ef_option_f32(context, 0, 0.0f);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if (!(beta > 0.0f && beta < 1e30f))
        return ef_refuse(context, EF_NOT_FINITE, EF_NO_OPERAND, EF_TEXT("beta must be finite and > 0"), 0, 0);
    if (out.zero_point != -128 || out.scale < 0.0039061f || out.scale > 0.0039064f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0),
                         EF_TEXT("needs scale 1/256 and zero point -128, not #"), out.zero_point, 0);
    int32_t multiplier, shift;
    ef_multiplier_of_scales(beta, in.scale, 1.0f / 67108864.0f, &multiplier, &shift);
    if (shift < 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, 0, EF_TEXT("scale times beta is below 2^-27"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->depth = (uint32_t)in.dims[in.rank - 1];
    record->rows = in.elements / record->depth;
    record->multiplier = multiplier;
    record->shift = shift;
    record->least = -(int32_t)((UINT32_C(31) << 26) >> shift);
    return EF_OK;
}

static int32_t step_exp(const struct record *record, int32_t difference) {
    return ef_fixed_exp(ef_doubling_high_mul((int32_t)((uint32_t)difference << record->shift), record->multiplier));
}

void ef_softmax_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t depth = record->depth;
    for (uint32_t row = 0; row < record->rows; row++, in += depth, out += depth) {
        int32_t greatest = INT8_MIN;
        for (uint32_t i = 0; i < depth; i++) greatest = in[i] > greatest ? in[i] : greatest;
        uint32_t sum = 0; /* Q12.19 */
        for (uint32_t i = 0; i < depth; i++) {
            if (in[i] - greatest < record->least) continue;
            const uint32_t part = (uint32_t)ef_rounding_divide_by_pot(step_exp(record, in[i] - greatest), 12);
            sum = sum > UINT32_MAX - part ? UINT32_MAX : sum + part;
        }
        int32_t zeros = 0;
        while (!(sum << zeros >> 31)) zeros++;
        const int32_t inverse = ef_fixed_reciprocal((int32_t)((sum << zeros) - (UINT32_C(1) << 31)));
        const int32_t exponent = 12 - zeros + 23;
        for (uint32_t i = 0; i < depth; i++) {
            int32_t value = 0;
            if (in[i] - greatest >= record->least && exponent <= 31)
                value = ef_rounding_divide_by_pot(ef_doubling_high_mul(step_exp(record, in[i] - greatest), inverse),
                                                  exponent);
            out[i] = (int8_t)ef_clamp(value - 128, INT8_MIN, INT8_MAX);
        }
    }
}
