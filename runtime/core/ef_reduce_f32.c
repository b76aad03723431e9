/* SUM, REDUCE_MAX and REDUCE_MIN of float32 over any axes. No scratch. Refuse what ef_reduce_prepare() refuses. */
#include "ef_operators.h"
#include "ef_reduce.h"
#include "ef_reducing.h"
#include "ef_schema_codes.h"

void ef_reduce_f32_invoke(const struct ef_call *call) {
    const struct ef_reducing *record = call->record;
    const struct ef_reduce *reduce = &record->reduce;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t o = 0; o < reduce->outputs; o++) {
        const float *first = in + ef_reduce_origin(reduce, o);
        float value = record->code == EF_BUILTIN_SUM ? 0.0f : *first;
        for (uint32_t r = 0; r < reduce->runs; r++) {
            const float *x = first + ef_reduce_run(reduce, r);
            for (uint32_t i = reduce->run; i > 0; i--, x += reduce->run_step) {
                if (record->code == EF_BUILTIN_SUM)
                    value += *x;
                else if (record->code == EF_BUILTIN_REDUCE_MAX ? *x > value : *x < value)
                    value = *x;
            }
        }
        out[o] = value;
    }
}
