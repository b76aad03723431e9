/* REDUCE_MAX and REDUCE_MIN of int8 over any axes. No scratch. Refuse another quantization in the output than in the input
 * and what ef_reduce_prepare() refuses. */
#include "ef_operators.h"
#include "ef_reduce.h"
#include "ef_reducing.h"
#include "ef_schema_codes.h"

enum ef_status ef_reduce_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_quantization(context, EF_OUTPUT(0), &in, &out);
    return status != EF_OK ? status : ef_reduce_any_prepare(context);
}

void ef_reduce_s8_invoke(const struct ef_call *call) {
    const struct ef_reducing *record = call->record;
    const struct ef_reduce *reduce = &record->reduce;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const int greatest = record->code == EF_BUILTIN_REDUCE_MAX;
    for (uint32_t o = 0; o < reduce->outputs; o++) {
        const int8_t *first = in + ef_reduce_origin(reduce, o);
        int8_t value = *first;
        for (uint32_t r = 0; r < reduce->runs; r++) {
            const int8_t *x = first + ef_reduce_run(reduce, r);
            for (uint32_t i = reduce->run; i > 0; i--, x += reduce->run_step)
                if (greatest ? *x > value : *x < value) value = *x;
        }
        out[o] = value;
    }
}
