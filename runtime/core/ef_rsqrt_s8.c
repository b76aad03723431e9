/* RSQRT, int8, as a table of what the reference's fixed-point arithmetic gives. Of 0 it is 127, and of what is below 0,
 * where the reference stops, too. Refuses what ef_table_prepare() refuses. */
#include "ef_functions_f32.h"
#include "ef_inverse_root.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_unary.h"

/* x * multiplier * 2^(shift - 31), rounded twice, whatever the multiplier. */
static int32_t rescaled(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
    return ef_rounding_divide_by_pot(ef_doubling_high_mul((int32_t)((uint32_t)x << left), multiplier), right);
}

enum ef_status ef_rsqrt_s8_prepare(struct ef_context *context) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK || !record) return status;
    const float scale = ef_root(terms.in_scale) * terms.out_scale;
    int32_t multiplier, shift;
    ef_multiplier_of_scales(1.0f, 1.0f, scale, &multiplier, &shift);
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        const int32_t value = x - terms.in_zero_point;
        int32_t root, root_shift, result = INT8_MAX;
        if (value > 0) {
            ef_inverse_root(value, &root, &root_shift);
            const int32_t inverse = rescaled(1, root, root_shift + 20);
            const int32_t right = shift - 20 < -31 ? -31 : shift - 20;
            result = ef_wrapping_add(rescaled(inverse, multiplier, right), terms.out_zero_point);
        }
        record->table[(uint8_t)x] = (int8_t)ef_clamp(result, INT8_MIN, INT8_MAX);
    }
    return EF_OK;
}
