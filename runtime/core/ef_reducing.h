/* The record of reductions that need no requantization. */
#ifndef EF_REDUCING_H
#define EF_REDUCING_H

#include "ef_operators.h"
#include "ef_reduce.h"

struct ef_reducing {
    struct ef_reduce reduce;
    uint32_t code; /* of the operator */
};

#endif /* EF_REDUCING_H */
