/* SOFTMAX, int8, for Helium, in models built ahead of time: rows of 1..256 values, with the record of ef_softmax_s8.c.
 * May run in place. Scratch: 4 bytes a value of a row, rounded up to 16. */
#ifndef EF_SOFTMAX_S8_MVE_H
#define EF_SOFTMAX_S8_MVE_H

#include "ef_kernel.h"
#include "ef_mve.h"

struct ef_softmax_s8_mve {
    uint32_t rows, depth;
    int32_t multiplier, shift;
    int32_t least;
};

void ef_softmax_s8_mve(const struct ef_call *call);

#endif /* EF_SOFTMAX_S8_MVE_H */
