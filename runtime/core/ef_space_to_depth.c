/* SPACE_TO_DEPTH and DEPTH_TO_SPACE of any fixed-size type, [N, H, W, C]. Refuse blocks below 1 and another shape in the
 * output than they give. */
#include "ef_move_walk.h"
#include "ef_operators.h"
#include "ef_schema_codes.h"

enum ef_status ef_space_to_depth_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    struct ef_walk walk = {0};
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const int to_space = context->kernel->code == EF_BUILTIN_DEPTH_TO_SPACE;
    const int64_t block = ef_option_i32(context, 0, 0);
    const struct ef_tensor *fine = to_space ? &out : &in, *deep = to_space ? &in : &out;
    if (block < 1 || block > INT16_MAX || fine->dims[0] != deep->dims[0] || deep->dims[1] * block != fine->dims[1] ||
        deep->dims[2] * block != fine->dims[2] || fine->dims[3] * block * block != deep->dims[3])
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("blocks of # do not give its shape"),
                         (int32_t)block, 0);
    const uint32_t size = (uint32_t)block, run = size * (uint32_t)fine->dims[3]; /* elements that stay together */
    const int32_t element = (int32_t)ef_type_bytes(in.type), row = ef_walk_stride(&in, 1), column = ef_walk_stride(&in, 2);
    walk.levels = 5;
    walk.level[0].count = (uint32_t)in.dims[0];
    walk.level[0].stride = ef_walk_stride(&in, 0);
    walk.level[1].count = (uint32_t)deep->dims[1];
    walk.level[1].stride = to_space ? row : row * (int32_t)size;
    walk.level[to_space ? 3 : 2].count = (uint32_t)deep->dims[2];
    walk.level[to_space ? 3 : 2].stride = to_space ? column : column * (int32_t)size;
    walk.level[to_space ? 2 : 3].count = size;
    walk.level[to_space ? 2 : 3].stride = to_space ? (int32_t)run * element : row;
    walk.level[4].count = run;
    walk.level[4].stride = element;
    return ef_walk_keep(context, &walk, 5);
}
