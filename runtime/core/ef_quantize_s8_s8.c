/* QUANTIZE from int8 to int8 of another scale and zero point. Refuses another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_rescale_s8.h"

enum ef_status ef_quantize_s8_s8_prepare(struct ef_context *context) {
    return ef_rescale_s8_prepare(context, EF_ACTIVATION_NONE);
}

void ef_quantize_s8_s8_invoke(const struct ef_call *call) { ef_rescale_s8_invoke(call); }
