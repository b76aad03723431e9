/* CONV_2D, int8 by int4 weights: conv_2d_s8 with the weights unpacked into scratch, once an invoke. Refuses what that
 * refuses. */
#include <stddef.h>
#include <string.h>

#include "ef_int4.h"
#include "ef_operators.h"
#include "ef_window.h"

enum ef_status ef_conv_2d_s4_prepare(struct ef_context *context) {
    struct ef_tensor weights;
    ef_input(context, 1, &weights);
    const enum ef_status status = ef_conv_2d_s8_prepare(context);
    ef_need_scratch(context, weights.elements); /* in place of what conv_2d_s8 wants */
    return status;
}

void ef_conv_2d_s4_invoke(const struct ef_call *call) {
    const struct ef_window *window = call->record;
    uint16_t group_in_c; /* follows the window in the record of conv_2d_s8 */
    memcpy(&group_in_c, window + 1, sizeof group_in_c);
    const uint32_t filter = (uint32_t)window->kernel_h * window->kernel_w * group_in_c;
    const uint32_t in_bytes = (uint32_t)window->in_h * window->in_w * window->in_c;
    const uint32_t out_bytes = (uint32_t)window->out_h * window->out_w * window->out_c;
    ef_int4_unpack(call->inputs[1], filter * window->out_c, call->scratch);
    const void *const inputs[3] = {call->inputs[0], call->scratch, call->inputs[2]};
    const struct ef_call unpacked = {call->record, NULL, inputs, call->outputs};
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t n = 0; n < window->batches; n++, in += in_bytes, out += out_bytes)
        ef_window_run_rows(ef_conv_2d_s8_row, &unpacked, in, out);
}
