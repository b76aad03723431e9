/* Operators that move elements of any size: the output in order, the input at strides. TRANSPOSE, SLICE, STRIDED_SLICE,
 * TILE, BROADCAST_TO, SPACE_TO_DEPTH and DEPTH_TO_SPACE are such walks. */
#ifndef EF_MOVE_WALK_H
#define EF_MOVE_WALK_H

#include "ef_kernel.h"

#define EF_WALK_LEVELS (2u * EF_MAX_RANK)

/* Level 0 is the outermost. Where the walk starts and how far a step of each level goes, in bytes of the input. */
struct ef_walk {
    uint32_t element; /* bytes */
    uint32_t levels;
    int32_t start;
    struct ef_walk_level {
        uint32_t count;
        int32_t stride;
    } level[EF_WALK_LEVELS];
};

/* Bytes of a tensor between neighbours along dimension `d`. */
int32_t ef_walk_stride(const struct ef_tensor *tensor, uint32_t d);

/* Entry `i` of a constant operand of int32 or int64. */
int64_t ef_walk_entry(const struct ef_tensor *tensor, uint32_t i);

/* Keep `walk` as the record, with room for `room` levels (12 + 8 * room bytes), neighbouring levels merged where they
 * allow it. Refuses a walk that does not give output 0 its number of elements; whether it stays inside the input is the
 * caller's matter. */
enum ef_status ef_walk_keep(struct ef_context *context, struct ef_walk *walk, uint32_t room);

#endif /* EF_MOVE_WALK_H */
