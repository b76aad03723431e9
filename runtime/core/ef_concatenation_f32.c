/* CONCATENATION, float32. Refuses what ef_move_concatenation_prepare() refuses. */
#include "ef_move.h"
#include "ef_operators.h"

enum ef_status ef_concatenation_f32_prepare(struct ef_context *context) {
    return ef_move_concatenation_prepare(context);
}

void ef_concatenation_f32_invoke(const struct ef_call *call) { ef_move_concatenation_invoke(call); }
