/* ADD and SUB with int16 activations: record, prepare and invoke for either sign of the second operand. */
#ifndef EF_SUM_S16_H
#define EF_SUM_S16_H

#include "ef_kernel.h"

/* Refuses shapes that do not broadcast, what ef_dense.h refuses, and pot_scale_int16 with three scales that are powers
 * of two: the reference computes otherwise then. */
enum ef_status ef_sum_s16_prepare(struct ef_context *context);

/* `sign` is 1 or -1. */
void ef_sum_s16_invoke(const struct ef_call *call, int32_t sign);

#endif /* EF_SUM_S16_H */
