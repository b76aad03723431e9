/* TANH, int16: 2 * sigmoid(2 * x) - 1, interpolated between the entries of a table. The output's scale is 1/32768. May run
 * in place. Refuses what ef_sigmoid_s16_prepare() refuses. */
#include "ef_operators.h"
#include "ef_sigmoid_table.h"

enum ef_status ef_tanh_s16_prepare(struct ef_context *context) { return ef_sigmoid_s16_prepare(context, 1); }

void ef_tanh_s16_invoke(const struct ef_call *call) {
    const struct ef_sigmoid_s16 *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++)
        out[i] = (int16_t)ef_tanh_s16_value(ef_sigmoid_s16_operand(record, in[i]));
}
