/* TILE of any fixed-size type. Refuses multiples below 1 and another shape in the output than they give. */
#include "ef_move_walk.h"
#include "ef_operators.h"

enum ef_status ef_tile_prepare(struct ef_context *context) {
    struct ef_tensor in, multiples, out;
    struct ef_walk walk = {0};
    ef_input(context, 0, &in);
    ef_input(context, 1, &multiples);
    ef_output(context, 0, &out);
    if (multiples.elements != in.rank || out.rank != in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# entries for rank #"), (int32_t)multiples.elements,
                         in.rank);
    walk.levels = 2u * in.rank;
    for (uint32_t d = 0; d < in.rank; d++) {
        const int64_t multiple = ef_walk_entry(&multiples, d);
        if (multiple < 1 || multiple > INT32_MAX || multiple * in.dims[d] != out.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("multiple # does not give the output's #"),
                             (int32_t)d, out.dims[d]);
        walk.level[2u * d].count = (uint32_t)multiple;
        walk.level[2u * d + 1u].count = (uint32_t)in.dims[d];
        walk.level[2u * d + 1u].stride = ef_walk_stride(&in, d);
    }
    return ef_walk_keep(context, &walk, walk.levels);
}
