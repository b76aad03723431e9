/* SLICE of any fixed-size type; a size of -1 goes to the end. Refuses what leaves the input, and another shape in the
 * output than begin and size give. */
#include "ef_move_walk.h"
#include "ef_operators.h"

enum ef_status ef_slice_prepare(struct ef_context *context) {
    struct ef_tensor in, begins, sizes, out;
    struct ef_walk walk = {0};
    ef_input(context, 0, &in);
    ef_input(context, 1, &begins);
    ef_input(context, 2, &sizes);
    ef_output(context, 0, &out);
    if (begins.elements != in.rank || sizes.elements != in.rank || out.rank != in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# entries for rank #"), (int32_t)begins.elements,
                         in.rank);
    walk.levels = in.rank;
    for (uint32_t d = 0; d < in.rank; d++) {
        const int64_t begin = ef_walk_entry(&begins, d), asked = ef_walk_entry(&sizes, d);
        if (begin < 0 || begin >= in.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("dimension # has size #"), (int32_t)d,
                             in.dims[d]);
        const int64_t size = asked == -1 ? in.dims[d] - begin : asked;
        if (size < 1 || size > in.dims[d] - begin || size != out.dims[d])
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 2, EF_TEXT("size of dimension # does not give the output's #"),
                             (int32_t)d, out.dims[d]);
        walk.level[d].count = (uint32_t)size;
        walk.level[d].stride = ef_walk_stride(&in, d);
        walk.start += (int32_t)begin * walk.level[d].stride;
    }
    return ef_walk_keep(context, &walk, in.rank);
}
