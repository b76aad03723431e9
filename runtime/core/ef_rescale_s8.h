/* Value by value from one int8 quantization to another, with a clamp: RELU, RELU6 and QUANTIZE of int8. */
#ifndef EF_RESCALE_S8_H
#define EF_RESCALE_S8_H

#include "ef_kernel.h"

/* `activation` is RELU, RELU6 or NONE. Refuses another shape in the output than in the input. */
enum ef_status ef_rescale_s8_prepare(struct ef_context *context, int32_t activation);

void ef_rescale_s8_invoke(const struct ef_call *call);

#endif /* EF_RESCALE_S8_H */
