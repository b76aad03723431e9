/* BATCH_MATMUL as strides: sizes, transposed operands and broadcasting batches. */
#ifndef EF_BATCH_MATMUL_H
#define EF_BATCH_MATMUL_H

#include "ef_kernel.h"

#define EF_BATCH_LEVELS (EF_MAX_RANK - 2)

/* out[i][j] = sum over k < depth of a[i * a_row + k * a_step] * b[k * b_step + j * b_column]. The batch's dimensions are
 * aligned at the right: level EF_BATCH_LEVELS - 1 is the innermost. */
struct ef_batch_matmul {
    uint32_t rows, depth, columns;
    uint32_t a_row, a_step, b_step, b_column;
    uint32_t count[EF_BATCH_LEVELS];  /* of the output */
    uint32_t a_move[EF_BATCH_LEVELS]; /* elements from one matrix to the next; 0 where the operand is repeated */
    uint32_t b_move[EF_BATCH_LEVELS];
};

/* Where the walk over the batch is: begin at {0}. */
struct ef_batch_at {
    uint32_t index[EF_BATCH_LEVELS];
    uint32_t a, b;
};

/* Fill it from inputs 0 and 1, output 0, adj_x and adj_y. Refuses shapes that do not belong together. */
enum ef_status ef_batch_matmul_prepare(struct ef_context *context, struct ef_batch_matmul *matmul);

/* Go on to the next pair of matrices; 0 at the end. */
int ef_batch_next(const struct ef_batch_matmul *matmul, struct ef_batch_at *at);

#endif /* EF_BATCH_MATMUL_H */
