/* PAD, float32: pads with 0. Refuses what ef_move_pad_prepare() refuses. */
#include "ef_move.h"
#include "ef_operators.h"

enum ef_status ef_pad_f32_prepare(struct ef_context *context) { return ef_move_pad_prepare(context, 4, 0); }

void ef_pad_f32_invoke(const struct ef_call *call) { ef_move_pad_invoke(call); }
