/* LOGICAL_NOT. May run in place. Refuses what ef_unary_prepare() refuses. */
#include "ef_operators.h"

void ef_logical_not_invoke(const struct ef_call *call) {
    const uint32_t elements = *(const uint32_t *)call->record;
    const uint8_t *in = call->inputs[0];
    uint8_t *out = call->outputs[0];
    for (uint32_t i = 0; i < elements; i++) out[i] = in[i] == 0u;
}
