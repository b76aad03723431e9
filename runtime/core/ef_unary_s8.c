/* Int8 operators of one input whose table comes from a function of real numbers: TANH, ELU, GELU, EXP, LOG, SQRT. Refuse
 * what ef_table_prepare() refuses. LOG of what is not above 0 is the output's least value; SQRT of what is below 0, where
 * the reference stops, is that of 0. */
#include <math.h>

#include "ef_exp.h"
#include "ef_functions_f32.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_unary.h"

enum ef_status ef_tanh_s8_prepare(struct ef_context *context) { return ef_table_prepare_function(context, ef_tanh); }

enum ef_status ef_elu_s8_prepare(struct ef_context *context) { return ef_table_prepare_function(context, ef_elu); }

enum ef_status ef_gelu_s8_prepare(struct ef_context *context) {
    return ef_table_prepare_function(context, ef_option_i8(context, 0, 0) != 0 ? ef_gelu_approximated : ef_gelu);
}

enum ef_status ef_exp_s8_prepare(struct ef_context *context) { return ef_table_prepare_function(context, ef_exp); }

static float log_or_least(float x) { return x > 0.0f ? ef_log(x) : -INFINITY; }

enum ef_status ef_log_s8_prepare(struct ef_context *context) {
    return ef_table_prepare_function(context, log_or_least);
}

enum ef_status ef_sqrt_s8_prepare(struct ef_context *context) {
    struct ef_table_terms terms;
    struct ef_table_s8 *record;
    const enum ef_status status = ef_table_prepare(context, &terms, &record);
    if (status != EF_OK || !record) return status;
    for (int32_t x = INT8_MIN; x <= INT8_MAX; x++) {
        const float real = ef_float_ratio(terms.in_scale, (float)(x - terms.in_zero_point), 1.0f);
        const float steps = real > 0.0f ? ef_float_ratio(ef_root(real), 1.0f, terms.out_scale) : 0.0f;
        const int32_t whole = steps < 512.0f ? (int32_t)steps : 512; /* the reference cuts here */
        record->table[(uint8_t)x] = (int8_t)ef_clamp(whole + terms.out_zero_point, INT8_MIN, INT8_MAX);
    }
    return EF_OK;
}
