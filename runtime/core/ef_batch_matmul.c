/* Sizes and strides of BATCH_MATMUL; see the header. */
#include "ef_batch_matmul.h"

/* Size along batch level `level` of a tensor whose last two dimensions are the matrix. */
static uint32_t batch_size(const struct ef_tensor *tensor, uint32_t level) {
    const uint32_t present = tensor->rank - 2u, missing = EF_BATCH_LEVELS - present;
    return level < missing ? 1u : (uint32_t)tensor->dims[level - missing];
}

enum ef_status ef_batch_matmul_prepare(struct ef_context *context, struct ef_batch_matmul *matmul) {
    struct ef_tensor a, b, out;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const int turn_a = ef_option_i8(context, 0, 0) != 0, turn_b = ef_option_i8(context, 1, 0) != 0;
    const uint32_t a_first = (uint32_t)a.dims[a.rank - 2u], a_last = (uint32_t)a.dims[a.rank - 1u];
    const uint32_t b_first = (uint32_t)b.dims[b.rank - 2u], b_last = (uint32_t)b.dims[b.rank - 1u];
    const uint32_t depth = turn_a ? a_first : a_last, other = turn_b ? b_last : b_first;
    matmul->rows = turn_a ? a_last : a_first;
    matmul->columns = turn_b ? b_first : b_last;
    matmul->depth = depth;
    if (depth != other)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 1, EF_TEXT("# values to sum in the first input, # in the second"),
                         (int32_t)depth, (int32_t)other);
    if (out.dims[out.rank - 2u] != (int32_t)matmul->rows || out.dims[out.rank - 1u] != (int32_t)matmul->columns)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("must end in # and #"),
                         (int32_t)matmul->rows, (int32_t)matmul->columns);
    matmul->a_row = turn_a ? 1u : depth;
    matmul->a_step = turn_a ? matmul->rows : 1u;
    matmul->b_step = turn_b ? 1u : matmul->columns;
    matmul->b_column = turn_b ? depth : 1u;
    uint32_t a_elements = matmul->rows * depth, b_elements = depth * matmul->columns;
    for (uint32_t level = EF_BATCH_LEVELS; level-- > 0;) {
        const uint32_t size_a = batch_size(&a, level), size_b = batch_size(&b, level), size = batch_size(&out, level);
        if ((size_a != size && size_a != 1u) || (size_b != size && size_b != 1u) ||
            (size_a == 1u && size_b == 1u && size != 1u))
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0),
                             EF_TEXT("inputs of # and # do not broadcast to the output"), (int32_t)size_a,
                             (int32_t)size_b);
        matmul->count[level] = size;
        matmul->a_move[level] = size_a == 1u ? 0u : a_elements;
        matmul->b_move[level] = size_b == 1u ? 0u : b_elements;
        a_elements *= size_a;
        b_elements *= size_b;
    }
    return EF_OK;
}

int ef_batch_next(const struct ef_batch_matmul *matmul, struct ef_batch_at *at) {
    for (uint32_t level = EF_BATCH_LEVELS; level-- > 0;) {
        at->a += matmul->a_move[level];
        at->b += matmul->b_move[level];
        if (++at->index[level] < matmul->count[level]) return 1;
        at->a -= matmul->a_move[level] * matmul->count[level];
        at->b -= matmul->b_move[level] * matmul->count[level];
        at->index[level] = 0;
    }
    return 0;
}
