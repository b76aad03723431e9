/* SVDF, float32; see ef_svdf.h. No scratch. */
#include <string.h>

#include "ef_clamp_f32.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_svdf.h"

struct record {
    struct ef_svdf svdf;
    float min, max;
};

enum ef_status ef_svdf_f32_prepare(struct ef_context *context) {
    struct ef_svdf svdf;
    const enum ef_status status = ef_svdf_prepare(context, &svdf);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->svdf = svdf;
    ef_activation_range_f32(ef_option_i8(context, 1, EF_ACTIVATION_NONE), &record->min, &record->max);
    return EF_OK;
}

void ef_svdf_f32_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_svdf *svdf = &record->svdf;
    const float *in = call->inputs[0], *const features = call->inputs[1], *const times = call->inputs[2];
    const float *const bias = call->inputs[3];
    float *state = (float *)(uintptr_t)call->inputs[4];
    float *out = call->outputs[0];
    const uint32_t units = svdf->filters / svdf->rank, unit_values = svdf->rank * svdf->memory;
    for (uint32_t n = 0; n < svdf->batches; n++, in += svdf->inputs) {
        for (uint32_t f = 0; f < svdf->filters; f++) {
            const float *weights = features + f * svdf->inputs;
            float *past = state + f * svdf->memory;
            memmove(past, past + 1, (svdf->memory - 1u) * sizeof *past);
            float sum = 0.0f;
            for (uint32_t i = 0; i < svdf->inputs; i++) sum += in[i] * weights[i];
            past[svdf->memory - 1u] = sum;
        }
        for (uint32_t u = 0; u < units; u++, state += unit_values) {
            const float *weights = times + u * unit_values;
            float sum = bias ? bias[u] : 0.0f;
            for (uint32_t i = 0; i < unit_values; i++) sum += state[i] * weights[i];
            *out++ = ef_clamp_f32(sum, record->min, record->max);
        }
    }
}
