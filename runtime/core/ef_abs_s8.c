/* ABS, int8, as a table. Refuses what ef_table_prepare() refuses. */
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_unary.h"

enum ef_status ef_abs_s8_prepare(struct ef_context *context) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK || !record) return status;
    int32_t multiplier, shift;
    ef_multiplier_of_scales(ef_float_ratio(terms.in_scale, 1.0f, terms.out_scale), 1.0f, 1.0f, &multiplier, &shift);
    const int rescaled = terms.in_scale < terms.out_scale || terms.in_scale > terms.out_scale;
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        int32_t size = x < terms.in_zero_point ? terms.in_zero_point - x : x - terms.in_zero_point;
        if (rescaled) size = ef_requantize(size, multiplier, shift);
        record->table[(uint8_t)x] = (int8_t)ef_clamp(ef_wrapping_add(size, terms.out_zero_point), INT8_MIN, INT8_MAX);
    }
    return EF_OK;
}
