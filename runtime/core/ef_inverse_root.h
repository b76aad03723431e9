/* One over the square root of a whole number, in fixed point. */
#ifndef EF_INVERSE_ROOT_H
#define EF_INVERSE_ROOT_H

#include <stdint.h>

/* 1 / sqrt(value) = multiplier * 2^(shift - 31), bit for bit the reference's five Newton steps; value >= 0, and 0 counts
 * as 1. shift <= 0. */
void ef_inverse_root(int32_t value, int32_t *multiplier, int32_t *shift);

#endif /* EF_INVERSE_ROOT_H */
