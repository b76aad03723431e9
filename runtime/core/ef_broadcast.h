/* Two operands that broadcast to an output, as a walk over the output in order: levels from the outermost to the
 * innermost, dimensions merged where both operands allow it, so that equal shapes are one level. */
#ifndef EF_BROADCAST_H
#define EF_BROADCAST_H

#include "ef_kernel.h"

/* 32 bytes. `count[levels - 1]` is the innermost; bit l of `a` (`b`) is set where the operand moves along level l. */
struct ef_broadcast {
    uint32_t count[EF_MAX_RANK];
    uint16_t a, b;
    uint32_t levels;
};

/* Where the walk is: begin at {0}. */
struct ef_broadcast_at {
    uint32_t index[EF_MAX_RANK];
    uint32_t a, b; /* elements from the start of the operands */
};

/* Fill it from inputs 0, 1 and output 0; refuses shapes that do not broadcast to the output's. */
enum ef_status ef_broadcast_prepare(struct ef_context *context, struct ef_broadcast *broadcast);

/* Go on to the next run of `count[levels - 1]` outputs; 0 at the end. `at` names the run's first operands. */
int ef_broadcast_next(const struct ef_broadcast *broadcast, struct ef_broadcast_at *at);

/* Elements that an operand with level mask `mask` moves along the innermost level: 0 or 1. */
static inline uint32_t ef_broadcast_step(const struct ef_broadcast *broadcast, uint16_t mask) {
    return (uint32_t)mask >> (broadcast->levels - 1u) & 1u;
}

#endif /* EF_BROADCAST_H */
