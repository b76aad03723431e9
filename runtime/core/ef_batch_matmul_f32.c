/* BATCH_MATMUL, float32: [..., I, K] by [..., K, J], either transposed, batches broadcast, to [..., I, J]. No scratch.
 * Refuses what ef_batch_matmul_prepare() refuses. */
#include "ef_batch_matmul.h"
#include "ef_operators.h"

enum ef_status ef_batch_matmul_f32_prepare(struct ef_context *context) {
    struct ef_batch_matmul matmul;
    const enum ef_status status = ef_batch_matmul_prepare(context, &matmul);
    if (status != EF_OK) return status;
    struct ef_batch_matmul *record = ef_need_record(context, sizeof *record);
    if (record) *record = matmul;
    return EF_OK;
}

void ef_batch_matmul_f32_invoke(const struct ef_call *call) {
    const struct ef_batch_matmul *matmul = call->record;
    const float *const a = call->inputs[0], *const b = call->inputs[1];
    float *out = call->outputs[0];
    struct ef_batch_at at = {{0}, 0, 0};
    do {
        for (uint32_t i = 0; i < matmul->rows; i++) {
            for (uint32_t j = 0; j < matmul->columns; j++) {
                const float *pa = a + at.a + i * matmul->a_row, *pb = b + at.b + j * matmul->b_column;
                float sum = 0.0f;
                for (uint32_t k = matmul->depth; k > 0; k--, pa += matmul->a_step, pb += matmul->b_step)
                    sum += *pa * *pb;
                *out++ = sum;
            }
        }
    } while (ef_batch_next(matmul, &at));
}
