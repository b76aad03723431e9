/* LOGISTIC, int16: interpolated between the entries of a table. The output's scale is 1/32768. May run in place. Refuses
 * what ef_sigmoid_s16_prepare() refuses. */
#include "ef_operators.h"
#include "ef_sigmoid_table.h"

enum ef_status ef_logistic_s16_prepare(struct ef_context *context) { return ef_sigmoid_s16_prepare(context, 0); }

void ef_logistic_s16_invoke(const struct ef_call *call) {
    const struct ef_sigmoid_s16 *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++)
        out[i] = (int16_t)ef_sigmoid_s16_value(ef_sigmoid_s16_operand(record, in[i]));
}
