/* Functions of one float; see the header. */
#include "ef_functions_f32.h"

#include <math.h>

/* What a function of the C library returns may be held in more than a float; stored, it is one. */
static float stored(float x) {
    const volatile float kept = x;
    return kept;
}

float ef_root(float x) { return stored(sqrtf(x)); }

float ef_tanh(float x) { return stored(tanhf(x)); }

float ef_log(float x) { return stored(logf(x)); }

float ef_elu(float x) { return x < 0.0f ? stored(expm1f(x)) : x; }

float ef_gelu(float x) {
    const float half = 0.5f * x, scaled = x * -0.70710678f, result = half * stored(erfcf(scaled));
    return result;
}

float ef_gelu_approximated(float x) {
    const float first = 0.044715f * x, second = first * x, cube = second * x, sum = x + cube, inner = 0.79788456f * sum;
    const float above = 1.0f + ef_tanh(inner), half = 0.5f * x, result = half * above;
    return result;
}
