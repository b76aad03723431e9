/* HARD_SWISH, int8, as a table of what the reference's 16-bit arithmetic gives. Refuses an output scale below 1/128 of
 * the input's, and what ef_table_prepare() refuses. */
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_unary.h"

static int32_t saturated(int32_t x) { return ef_clamp(x, INT16_MIN, INT16_MAX); }

/* Q31 to Q15. */
static int32_t narrow(int32_t multiplier) {
    return multiplier >= INT32_MAX - (1 << 15) ? INT16_MAX : (multiplier + (1 << 15)) >> 16;
}

/* a * b / 2^15, halves away from zero as the reference has it: to nearest, ties upwards in size. */
static int32_t high_mul(int32_t a, int32_t b) {
    const int32_t product = a * b, nudge = product >= 0 ? 1 << 14 : 1 - (1 << 14);
    return (product + nudge) / (1 << 15);
}

static int32_t left_saturating(int32_t x, int32_t shift) {
    while (shift-- > 0) x = saturated(x * 2);
    return x;
}

enum ef_status ef_hard_swish_s8_prepare(struct ef_context *context) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const float fine = in.scale * (1.0f / 128.0f);
    int32_t out_multiplier, out_shift, multiplier, shift;
    ef_multiplier_of_scales(ef_float_ratio(fine, 1.0f, out.scale), 1.0f, 1.0f, &out_multiplier, &out_shift);
    ef_multiplier_of_scales(ef_float_ratio(fine, 1.0f, 3.0f / 32768.0f), 1.0f, 1.0f, &multiplier, &shift);
    if (out_shift > 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0),
                         EF_TEXT("its scale is below 1/128 of the input's"), 0, 0);
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK || !record) return status;
    const int32_t out_factor = narrow(out_multiplier), factor = narrow(multiplier);
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        const int32_t value = (x - terms.in_zero_point) * (1 << 7);
        const int32_t scaled = high_mul(value, out_factor);
        int32_t gate = shift > 0 ? left_saturating(value, shift - 1) : value; /* from [-3, 3] to [-1, 1) in Q15 */
        gate = high_mul(gate, factor);
        if (shift > 0) gate = left_saturating(gate, 1);
        if (shift < 0) gate = ef_rounding_divide_by_pot(gate, -shift);
        gate = (gate + (1 << 15)) >> 1; /* to [0, 1) */
        const int32_t product = gate * scaled / (1 << 15);
        const int32_t result = ef_rounding_divide_by_pot(product, -out_shift) + terms.out_zero_point;
        record->table[(uint8_t)x] = (int8_t)ef_clamp(result, INT8_MIN, INT8_MAX);
    }
    return EF_OK;
}
