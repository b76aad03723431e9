/* BATCH_MATMUL, int8: [..., I, K] by [..., K, J], either transposed, batches broadcast, to [..., I, J]. No scratch.
 * Rounds twice, as the reference does. Refuses what ef_batch_matmul_prepare() refuses. */
#include "ef_batch_matmul.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    struct ef_batch_matmul matmul;
    int32_t multiplier, shift;
    int16_t a_zero_point, b_zero_point, out_zero_point, reserved;
};

enum ef_status ef_batch_matmul_s8_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_batch_matmul matmul;
    const enum ef_status status = ef_batch_matmul_prepare(context, &matmul);
    if (status != EF_OK) return status;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->matmul = matmul;
    ef_multiplier_of_scales(ef_float_ratio(a.scale, b.scale, 1.0f), 1.0f, out.scale, &record->multiplier,
                            &record->shift); /* the reference multiplies floats here */
    record->a_zero_point = (int16_t)a.zero_point;
    record->b_zero_point = (int16_t)b.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->reserved = 0;
    return EF_OK;
}

void ef_batch_matmul_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_batch_matmul *matmul = &record->matmul;
    const int8_t *const a = call->inputs[0], *const b = call->inputs[1];
    int8_t *out = call->outputs[0];
    struct ef_batch_at at = {{0}, 0, 0};
    do {
        for (uint32_t i = 0; i < matmul->rows; i++) {
            for (uint32_t j = 0; j < matmul->columns; j++) {
                const int8_t *pa = a + at.a + i * matmul->a_row, *pb = b + at.b + j * matmul->b_column;
                uint32_t sum = 0;
                for (uint32_t k = matmul->depth; k > 0; k--) {
                    sum += (uint32_t)((*pa - record->a_zero_point) * (*pb - record->b_zero_point));
                    pa += matmul->a_step;
                    pb += matmul->b_step;
                }
                const int32_t scaled = ef_requantize((int32_t)sum, record->multiplier, record->shift);
                *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
            }
        }
    } while (ef_batch_next(matmul, &at));
}
