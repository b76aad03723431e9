/* STRIDED_SLICE of any fixed-size type with all of its masks. Refuses strides of 0, an empty result, more entries than
 * the input has dimensions, and another number of elements in the output than they give. */
#include "ef_move_walk.h"
#include "ef_operators.h"

struct entries {
    struct ef_tensor begin, end, stride;
    uint32_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask;
    int32_t end_is_offset;
};

static int64_t within(int64_t x, int64_t least, int64_t most) { return x < least ? least : x > most ? most : x; }

/* First index, count and step of entry `i` over a dimension of `size`; a count of 0 or less is empty. */
static int64_t span(const struct entries *entries, uint32_t i, int64_t size, int64_t *first, int64_t *step) {
    const int64_t stride = ef_walk_entry(&entries->stride, i), least = stride < 0 ? -1 : 0;
    const int64_t most = stride < 0 ? size - 1 : size;
    const int64_t begin = ef_walk_entry(&entries->begin, i);
    int64_t end = ef_walk_entry(&entries->end, i);
    *step = stride;
    *first = stride < 0 ? size - 1 : 0;
    if ((entries->begin_mask >> i & 1u) == 0u) *first = within(begin < 0 ? begin + size : begin, least, most);
    if ((entries->shrink_mask >> i & 1u) != 0u) {
        *step = 1;
        *first = begin < 0 ? begin + size : begin;
        return *first >= 0 && *first < size ? 1 : 0;
    }
    if (entries->end_is_offset) end += *first;
    if ((entries->end_mask >> i & 1u) != 0u)
        end = stride < 0 ? -1 : size;
    else
        end = within(end < 0 && !entries->end_is_offset ? end + size : end, least, most);
    return stride > 0 ? (end - *first + stride - 1) / stride : (*first - end - stride - 1) / -stride;
}

enum ef_status ef_strided_slice_prepare(struct ef_context *context) {
    struct ef_tensor in;
    struct entries entries;
    struct ef_walk walk = {0};
    ef_input(context, 0, &in);
    ef_input(context, 1, &entries.begin);
    ef_input(context, 2, &entries.end);
    ef_input(context, 3, &entries.stride);
    entries.begin_mask = (uint32_t)ef_option_i32(context, 0, 0);
    entries.end_mask = (uint32_t)ef_option_i32(context, 1, 0);
    entries.ellipsis_mask = (uint32_t)ef_option_i32(context, 2, 0);
    entries.new_axis_mask = (uint32_t)ef_option_i32(context, 3, 0);
    entries.shrink_mask = (uint32_t)ef_option_i32(context, 4, 0);
    entries.end_is_offset = ef_option_i8(context, 5, 0);
    const uint32_t count = entries.begin.elements;
    if (count > 16u || entries.end.elements != count || entries.stride.elements != count)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# entries, and not as many ends and strides"),
                         (int32_t)count, 0);
    uint32_t named = 0, d = 0; /* dimensions of the input that entries name */
    for (uint32_t i = 0; i < count; i++)
        named += (entries.ellipsis_mask >> i & 1u) == 0u && (entries.new_axis_mask >> i & 1u) == 0u;
    if (named > in.rank)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# entries for rank #"), (int32_t)count, in.rank);
    walk.levels = in.rank;
    for (uint32_t i = 0; d < in.rank; i++) {
        const int given = i < count;
        if (given && (entries.ellipsis_mask >> i & 1u) == 0u && (entries.new_axis_mask >> i & 1u) != 0u) continue;
        if (!given || (entries.ellipsis_mask >> i & 1u) != 0u) { /* whole dimensions */
            for (uint32_t whole = given ? in.rank - named : in.rank - d; whole > 0u; whole--, d++) {
                walk.level[d].count = (uint32_t)in.dims[d];
                walk.level[d].stride = ef_walk_stride(&in, d);
            }
            if (given) entries.ellipsis_mask = 0;
            if (given) named = in.rank; /* a second one would name none */
            continue;
        }
        if (ef_walk_entry(&entries.stride, i) == 0)
            return ef_refuse(context, EF_UNSUPPORTED_OPTION, 3, EF_TEXT("stride # is 0"), (int32_t)i, 0);
        int64_t first, step;
        const int64_t steps = span(&entries, i, in.dims[d], &first, &step);
        if (steps < 1)
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("entry # leaves nothing of #"), (int32_t)i,
                             in.dims[d]);
        walk.level[d].count = (uint32_t)steps;
        walk.level[d].stride = steps == 1 ? 0 : (int32_t)step * ef_walk_stride(&in, d);
        walk.start += (int32_t)first * ef_walk_stride(&in, d);
        d++;
    }
    return ef_walk_keep(context, &walk, in.rank);
}
