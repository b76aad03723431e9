/* Broadcasting; see the header. */
#include "ef_broadcast.h"

#include <string.h>

/* Size along output dimension d of an operand whose dimensions are aligned at the right. */
static int32_t size_at(const struct ef_tensor *tensor, uint32_t out_rank, uint32_t d) {
    const uint32_t missing = out_rank - tensor->rank;
    return d < missing ? 1 : tensor->dims[d - missing];
}

enum ef_status ef_broadcast_prepare(struct ef_context *context, struct ef_broadcast *broadcast) {
    struct ef_tensor a, b, out;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    memset(broadcast, 0, sizeof *broadcast);
    if (a.rank > out.rank || b.rank > out.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("rank # is below an input's"), out.rank,
                         0);
    uint32_t levels = 0;
    for (uint32_t d = 0; d < out.rank; d++) {
        const int32_t size_a = size_at(&a, out.rank, d), size_b = size_at(&b, out.rank, d), size = out.dims[d];
        const int moves_a = size_a != 1, moves_b = size_b != 1;
        if ((moves_a && size_a != size) || (moves_b && size_b != size) || (!moves_a && !moves_b && size != 1))
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0),
                             EF_TEXT("inputs of # and # do not broadcast to the output"), size_a, size_b);
        if (size == 1) continue;
        const uint32_t last = levels - 1u; /* merge with the level before when both operands move alike */
        if (levels > 0 && (broadcast->a >> last & 1) == moves_a && (broadcast->b >> last & 1) == moves_b) {
            broadcast->count[last] *= (uint32_t)size;
            continue;
        }
        broadcast->count[levels] = (uint32_t)size;
        broadcast->a = (uint16_t)(broadcast->a | moves_a << levels);
        broadcast->b = (uint16_t)(broadcast->b | moves_b << levels);
        levels++;
    }
    if (levels == 0) {
        broadcast->count[0] = 1;
        levels = 1;
    }
    broadcast->levels = levels;
    return EF_OK;
}

int ef_broadcast_next(const struct ef_broadcast *broadcast, struct ef_broadcast_at *at) {
    /* elements of each operand below the level that is being looked at */
    const uint32_t innermost = broadcast->levels - 1u;
    uint32_t below_a = (uint32_t)broadcast->a >> innermost & 1u ? broadcast->count[innermost] : 1u;
    uint32_t below_b = (uint32_t)broadcast->b >> innermost & 1u ? broadcast->count[innermost] : 1u;
    for (uint32_t l = innermost; l-- > 0;) {
        const uint32_t step_a = (uint32_t)broadcast->a >> l & 1u ? below_a : 0u;
        const uint32_t step_b = (uint32_t)broadcast->b >> l & 1u ? below_b : 0u;
        at->a += step_a;
        at->b += step_b;
        if (++at->index[l] < broadcast->count[l]) return 1;
        at->a -= step_a * broadcast->count[l];
        at->b -= step_b * broadcast->count[l];
        at->index[l] = 0;
        if (step_a) below_a *= broadcast->count[l];
        if (step_b) below_b *= broadcast->count[l];
    }
    return 0;
}
