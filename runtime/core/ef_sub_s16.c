/* SUB, int16, with broadcasting and a fused activation; see ef_sum_s16.h. */
#include "ef_operators.h"
#include "ef_sum_s16.h"

enum ef_status ef_sub_s16_prepare(struct ef_context *context) { return ef_sum_s16_prepare(context); }

void ef_sub_s16_invoke(const struct ef_call *call) { ef_sum_s16_invoke(call, -1); }
