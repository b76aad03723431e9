/* BROADCAST_TO of any fixed-size type; the output's shape is the model's. Refuses shapes that do not broadcast to it. */
#include "ef_move_walk.h"
#include "ef_operators.h"

enum ef_status ef_broadcast_to_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    struct ef_walk walk = {0};
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    if (in.rank > out.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("rank # is below the input's, #"),
                         out.rank, in.rank);
    walk.levels = out.rank;
    for (uint32_t d = 0; d < out.rank; d++) {
        const uint32_t missing = (uint32_t)(out.rank - in.rank);
        const int32_t size = d < missing ? 1 : in.dims[d - missing];
        if (size != 1 && size != out.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# does not broadcast to #"), size,
                             out.dims[d]);
        walk.level[d].count = (uint32_t)out.dims[d];
        walk.level[d].stride = size == 1 ? 0 : ef_walk_stride(&in, d - missing);
    }
    return ef_walk_keep(context, &walk, out.rank > 0u ? out.rank : 1u);
}
