/* TRANSPOSE of any fixed-size type. Refuses a permutation that is none, and another shape in the output than it gives. */
#include "ef_move_walk.h"
#include "ef_operators.h"

enum ef_status ef_transpose_prepare(struct ef_context *context) {
    struct ef_tensor in, permutation, out;
    struct ef_walk walk = {0};
    ef_input(context, 0, &in);
    ef_input(context, 1, &permutation);
    ef_output(context, 0, &out);
    if (permutation.elements != in.rank || out.rank != in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# entries for rank #"),
                         (int32_t)permutation.elements, in.rank);
    uint32_t seen = 0;
    walk.levels = in.rank;
    for (uint32_t d = 0; d < in.rank; d++) {
        const int64_t asked = ef_walk_entry(&permutation, d), from = asked < 0 ? asked + in.rank : asked;
        if (from < 0 || from >= in.rank || (seen >> from & 1u) != 0u || out.dims[d] != in.dims[from])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("entry # does not give the output's #"),
                             (int32_t)d, out.dims[d]);
        seen |= UINT32_C(1) << from;
        walk.level[d].count = (uint32_t)in.dims[from];
        walk.level[d].stride = ef_walk_stride(&in, (uint32_t)from);
    }
    return ef_walk_keep(context, &walk, in.rank);
}
