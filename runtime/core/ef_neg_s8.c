/* NEG, int8, as a table. Like the reference it negates what is stored, so that scales must be equal and zero points
 * opposite; -128 stays -128. Refuses others, and what ef_table_prepare() refuses. */
#include "ef_operators.h"
#include "ef_unary.h"

enum ef_status ef_neg_s8_prepare(struct ef_context *context) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK) return status;
    if (terms.in_scale < terms.out_scale || terms.in_scale > terms.out_scale ||
        terms.in_zero_point != -terms.out_zero_point)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0),
                         EF_TEXT("needs the input's scale, and zero point # where the input has #"),
                         -terms.in_zero_point, terms.in_zero_point);
    if (!record) return EF_OK;
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) record->table[(uint8_t)x] = (int8_t)(x == INT8_MIN ? x : -x);
    return EF_OK;
}
