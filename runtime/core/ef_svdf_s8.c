/* SVDF, int8, with int16 state and time weights; see ef_svdf.h. Rounds twice, as the reference does, and like it leaves
 * RELU to the output's zero point. No scratch. Refuses another fused activation, and what ef_svdf_prepare() refuses. */
#include <string.h>

#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_svdf.h"

struct record {
    struct ef_svdf svdf;
    int32_t feature_multiplier, feature_shift, time_multiplier, time_shift;
    int32_t in_zero_point, out_zero_point;
};

enum ef_status ef_svdf_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, features, times, state, out;
    struct ef_svdf svdf;
    const enum ef_status status = ef_svdf_prepare(context, &svdf);
    if (status != EF_OK) return status;
    if (ef_option_i8(context, 1, EF_ACTIVATION_NONE) != EF_ACTIVATION_RELU)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("the fused activation must be RELU"), 0,
                         0);
    ef_input(context, 0, &in);
    ef_input(context, 1, &features);
    ef_input(context, 2, &times);
    ef_input(context, 4, &state);
    ef_output(context, 0, &out);
    const float feature = ef_float_ratio(in.scale, features.scale, state.scale); /* floats in the reference, too */
    const float time = ef_float_ratio(state.scale, times.scale, out.scale);
    if (!(feature > 0.0f && feature < 1e30f && time > 0.0f && time < 1e30f))
        return ef_refuse(context, EF_NOT_FINITE, EF_OUTPUT(0), EF_TEXT("the scales' ratio is out of range"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->svdf = svdf;
    ef_multiplier_of_scales(feature, 1.0f, 1.0f, &record->feature_multiplier, &record->feature_shift);
    ef_multiplier_of_scales(time, 1.0f, 1.0f, &record->time_multiplier, &record->time_shift);
    record->in_zero_point = in.zero_point;
    record->out_zero_point = out.zero_point;
    return EF_OK;
}

/* One filter's answer to the input, in the state's quantization. */
static int16_t feature(const struct record *record, const int8_t *in, const int8_t *weights) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < record->svdf.inputs; i++)
        sum += (uint32_t)((in[i] - record->in_zero_point) * weights[i]);
    const int32_t scaled = ef_requantize((int32_t)sum, record->feature_multiplier, record->feature_shift);
    return (int16_t)ef_clamp(scaled, INT16_MIN, INT16_MAX);
}

void ef_svdf_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_svdf *svdf = &record->svdf;
    const int8_t *in = call->inputs[0], *const features = call->inputs[1];
    const int16_t *const times = call->inputs[2];
    const int32_t *const bias = call->inputs[3];
    int16_t *state = (int16_t *)(uintptr_t)call->inputs[4];
    int8_t *out = call->outputs[0];
    const uint32_t units = svdf->filters / svdf->rank, unit_values = svdf->rank * svdf->memory;
    for (uint32_t n = 0; n < svdf->batches; n++, in += svdf->inputs) {
        for (uint32_t f = 0; f < svdf->filters; f++) {
            int16_t *past = state + f * svdf->memory;
            memmove(past, past + 1, (svdf->memory - 1u) * sizeof *past);
            past[svdf->memory - 1u] = feature(record, in, features + f * svdf->inputs);
        }
        for (uint32_t u = 0; u < units; u++, state += unit_values) {
            const int16_t *weights = times + u * unit_values;
            uint32_t sum = bias ? (uint32_t)bias[u] : 0u;
            for (uint32_t i = 0; i < unit_values; i++) sum += (uint32_t)(state[i] * weights[i]);
            const int32_t scaled = ef_requantize((int32_t)sum, record->time_multiplier, record->time_shift);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
        }
    }
}
