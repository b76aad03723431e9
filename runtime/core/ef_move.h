/* Operators that only move bytes: padding and concatenation of any element size. */
#ifndef EF_MOVE_H
#define EF_MOVE_H

#include "ef_kernel.h"

/* PAD: `value` are the bytes of one padded element, `element` of them. Refuses paddings that are negative or do not
 * lead from the input's shape to the output's. Record: 12 bytes a dimension of the input, and 8. */
enum ef_status ef_move_pad_prepare(struct ef_context *context, uint32_t element, uint32_t value);
void ef_move_pad_invoke(const struct ef_call *call);

/* CONCATENATION. Refuses an axis beyond the rank, other sizes away from it, a fused activation. Record: 4 bytes an
 * input, and 8. */
enum ef_status ef_move_concatenation_prepare(struct ef_context *context);
void ef_move_concatenation_invoke(const struct ef_call *call);

#endif /* EF_MOVE_H */
