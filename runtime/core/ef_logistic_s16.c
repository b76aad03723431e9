/* LOGISTIC, int16: interpolated between the entries of a table. The output's scale is 1/32768. May run in place. Refuses
 * what ef_sigmoid_s16_prepare() refuses. */
#include "ef_operators.h"
#include "ef_sigmoid_table.h"

enum ef_status ef_logistic_s16_prepare(struct ef_context *context) { return ef_sigmoid_s16_prepare(context, 0); }

void ef_logistic_s16_invoke(const struct ef_call *call) {
    const struct ef_sigmoid_s16 *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++) {
        const int32_t operand = ef_sigmoid_s16_operand(record, in[i]);
        const uint32_t size = operand < 0 ? 0u - (uint32_t)operand : (uint32_t)operand, at = size >> 9;
        uint32_t value = UINT32_C(0x7fff) << 10; /* Q25 */
        if (at < 255u) {
            const uint32_t low = ef_sigmoid_table[at], high = ef_sigmoid_table[at + 1u];
            value = (low << 9) + (size & 0x1ffu) * (high - low);
        }
        value = operand < 0 ? (UINT32_C(1) << 25) - value + 511u : value + 512u;
        out[i] = (int16_t)(value >> 10);
    }
}
