/* FULLY_CONNECTED, int8 by int4 weights: fully_connected_s8 with the weights unpacked into scratch. Refuses what that
 * refuses. */
#include <stddef.h>
#include <string.h>

#include "ef_int4.h"
#include "ef_operators.h"

enum ef_status ef_fully_connected_s4_prepare(struct ef_context *context) {
    struct ef_tensor weights;
    ef_input(context, 1, &weights);
    ef_need_scratch(context, weights.elements);
    return ef_fully_connected_s8_prepare(context);
}

void ef_fully_connected_s4_invoke(const struct ef_call *call) {
    uint32_t rows_depth_channels[3]; /* the record's beginning */
    memcpy(rows_depth_channels, call->record, sizeof rows_depth_channels);
    ef_int4_unpack(call->inputs[1], rows_depth_channels[1] * rows_depth_channels[2], call->scratch);
    const void *const inputs[3] = {call->inputs[0], call->scratch, call->inputs[2]};
    const struct ef_call unpacked = {call->record, NULL, inputs, call->outputs};
    ef_fully_connected_s8_invoke(&unpacked);
}
