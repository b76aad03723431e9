/* Float32 operators of one input by one function each: EXP, LOG, TANH, ELU, SQRT, RSQRT. May run in place. Refuse
 * what ef_unary_prepare() refuses. */
#include "ef_exp.h"
#include "ef_functions_f32.h"
#include "ef_operators.h"
#include "ef_unary.h"

static void apply(const struct ef_call *call, float (*function)(float)) {
    const uint32_t elements = *(const uint32_t *)call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = 0; i < elements; i++) out[i] = function(in[i]);
}

static float inverse_root(float x) {
    const float root = ef_root(x), inverse = 1.0f / root;
    return inverse;
}

void ef_exp_f32_invoke(const struct ef_call *call) { apply(call, ef_exp); }

void ef_log_f32_invoke(const struct ef_call *call) { apply(call, ef_log); }

void ef_tanh_f32_invoke(const struct ef_call *call) { apply(call, ef_tanh); }

void ef_elu_f32_invoke(const struct ef_call *call) { apply(call, ef_elu); }

void ef_sqrt_f32_invoke(const struct ef_call *call) { apply(call, ef_root); }

void ef_rsqrt_f32_invoke(const struct ef_call *call) { apply(call, inverse_root); }
