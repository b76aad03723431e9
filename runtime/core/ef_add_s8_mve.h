/* ADD, int8, for Helium, in models built ahead of time: two tensors of one shape, 16 elements or more. Inputs: the operator's
 * operand of the greater scale, then the other. May run in place over either where `elements` is a multiple of 16.
 * Multipliers as in ef_add_s8.c: the first operand's is 1/2, the other's and the output's are below 1; the output's
 * shift is below 0 unless the clamp is EF_MVE_RELU. Scratch: 1024 bytes. */
#ifndef EF_ADD_S8_MVE_H
#define EF_ADD_S8_MVE_H

#include "ef_kernel.h"
#include "ef_mve.h"

struct ef_add_s8_mve {
    uint32_t elements;
    int32_t multiplier, shift; /* of the other operand */
    int32_t out_multiplier, out_shift;
    int16_t first_zero_point, other_zero_point;
    struct ef_mve_output output;
};

void ef_add_s8_mve(const struct ef_call *call);

#endif /* EF_ADD_S8_MVE_H */
