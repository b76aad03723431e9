/* TANH, int16: 2 * sigmoid(2 * x) - 1, interpolated between the entries of a table. The output's scale is 1/32768. May run
 * in place. Refuses what ef_sigmoid_s16_prepare() refuses. */
#include "ef_operators.h"
#include "ef_sigmoid_table.h"

enum ef_status ef_tanh_s16_prepare(struct ef_context *context) { return ef_sigmoid_s16_prepare(context, 1); }

void ef_tanh_s16_invoke(const struct ef_call *call) {
    const struct ef_sigmoid_s16 *record = call->record;
    const int16_t *in = call->inputs[0];
    int16_t *out = call->outputs[0];
    for (uint32_t i = 0; i < record->elements; i++) {
        const int32_t operand = ef_sigmoid_s16_operand(record, in[i]);
        const uint32_t size = operand < 0 ? 0u - (uint32_t)operand : (uint32_t)operand, at = size >> 8;
        int32_t value = 0xffff << 8; /* Q24 */
        if (at < 255u) {
            const int32_t low = ef_sigmoid_table[at], high = ef_sigmoid_table[at + 1u];
            value = low * 256 + (int32_t)(size & 0xffu) * (high - low);
        }
        value = operand < 0 ? (1 << 23) - value + 127 : value - (1 << 23) + 128;
        out[i] = (int16_t)(value >> 8);
    }
}
