/* Reductions; see the header. */
#include "ef_reduce.h"

#include <string.h>

enum ef_status ef_reduce_prepare(struct ef_context *context, struct ef_reduce *reduce) {
    struct ef_tensor in, axes, out;
    ef_input(context, 0, &in);
    ef_input(context, 1, &axes);
    ef_output(context, 0, &out);
    memset(reduce, 0, sizeof *reduce);
    uint32_t mask = 0;
    for (uint32_t i = 0; i < axes.elements; i++) {
        const int32_t axis = ef_load_i32((const uint8_t *)axes.data + 4u * i);
        if (axis >= (int32_t)in.rank || axis < -(int32_t)in.rank)
            return ef_refuse(context, EF_UNSUPPORTED_OPTION, 1, EF_TEXT("axis # of an input of rank #"), axis, in.rank);
        mask |= UINT32_C(1) << (axis < 0 ? axis + (int32_t)in.rank : axis);
    }
    uint32_t levels = 0;
    reduce->outputs = reduce->runs = reduce->run = reduce->run_step = 1;
    for (uint32_t d = 0; d < in.rank; d++) {
        const uint32_t size = (uint32_t)in.dims[d], reduced = mask >> d & 1u;
        if (size == 1u) continue;
        if (!reduced) reduce->outputs *= size;
        if (levels > 0 && (reduce->reduced >> (levels - 1u) & 1u) == reduced) {
            reduce->count[levels - 1u] *= size;
            continue;
        }
        reduce->count[levels] = size;
        reduce->reduced |= reduced << levels;
        levels++;
    }
    reduce->levels = levels;
    if (reduce->outputs != out.elements)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# elements, the axes leave #"),
                         (int32_t)out.elements, (int32_t)reduce->outputs);
    uint32_t below = 1, found = 0;
    for (uint32_t l = levels; l-- > 0;) {
        if (reduce->reduced >> l & 1u) {
            if (found) reduce->runs *= reduce->count[l];
            if (!found) {
                reduce->run = reduce->count[l];
                reduce->run_step = below;
                reduce->reduced |= UINT32_C(1) << (16u + l); /* marks the run's level */
            }
            found = 1;
        }
        below *= reduce->count[l];
    }
    return EF_OK;
}

uint32_t ef_reduce_origin(const struct ef_reduce *reduce, uint32_t o) {
    uint32_t at = 0, below = 1;
    for (uint32_t l = reduce->levels; l-- > 0;) {
        if (!(reduce->reduced >> l & 1u)) {
            at += o % reduce->count[l] * below;
            o /= reduce->count[l];
        }
        below *= reduce->count[l];
    }
    return at;
}

uint32_t ef_reduce_run(const struct ef_reduce *reduce, uint32_t r) {
    uint32_t at = 0, below = 1;
    if (r == 0) return 0;
    for (uint32_t l = reduce->levels; l-- > 0;) {
        if ((reduce->reduced >> l & 1u) && !(reduce->reduced >> (16u + l) & 1u)) {
            at += r % reduce->count[l] * below;
            r /= reduce->count[l];
        }
        below *= reduce->count[l];
    }
    return at;
}
