/* LEAKY_RELU, int8, as a table: one multiplier for what is below 0 and one for the rest. Refuses alpha that is not finite
 * and what ef_table_prepare() refuses. */
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_unary.h"

enum ef_status ef_leaky_relu_s8_prepare(struct ef_context *context) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    const float alpha = ef_option_f32(context, 0, 0.0f), size = alpha < 0.0f ? -alpha : alpha;
    if (!(size < 1e30f))
        return ef_refuse(context, EF_NOT_FINITE, EF_NO_OPERAND, EF_TEXT("alpha must be finite"), 0, 0);
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK || !record) return status;
    int32_t below, below_shift, above, above_shift;
    ef_multiplier_of_scales(ef_float_ratio(terms.in_scale, size, terms.out_scale), 1.0f, 1.0f, &below, &below_shift);
    ef_multiplier_of_scales(ef_float_ratio(terms.in_scale, 1.0f, terms.out_scale), 1.0f, 1.0f, &above, &above_shift);
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        const int32_t value = x - terms.in_zero_point;
        int32_t scaled;
        if (value >= 0)
            scaled = ef_requantize(value, above, above_shift);
        else /* a negative multiplier rounds as the negated product does */
            scaled = ef_requantize(alpha < 0.0f ? -value : value, below, below_shift);
        record->table[(uint8_t)x] = (int8_t)ef_clamp(ef_wrapping_add(scaled, terms.out_zero_point), INT8_MIN, INT8_MAX);
    }
    return EF_OK;
}
