/* UNIDIRECTIONAL_SEQUENCE_LSTM, float32; see ef_lstm.h. No scratch: the output's row is the next hidden state. Refuses
 * what ef_lstm_prepare() refuses. */
#include <string.h>

#include "ef_clamp_f32.h"
#include "ef_dot_f32.h"
#include "ef_functions_f32.h"
#include "ef_logistic.h"
#include "ef_lstm.h"
#include "ef_operators.h"

struct record {
    struct ef_lstm lstm;
    float clip; /* 0: none */
};

enum ef_status ef_unidirectional_sequence_lstm_f32_prepare(struct ef_context *context) {
    struct ef_lstm lstm;
    const enum ef_status status = ef_lstm_prepare(context, &lstm);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->lstm = lstm;
    record->clip = ef_option_f32(context, 1, 0.0f);
    return EF_OK;
}

static void add_gates(const void *const *weights, uint32_t unit, const float *x, uint32_t n, float sum[4]) {
    const float *const w[4] = {(const float *)weights[0] + unit * n, (const float *)weights[1] + unit * n,
                               (const float *)weights[2] + unit * n, (const float *)weights[3] + unit * n};
    ef_dot4_f32(x, w, n, sum);
}

static void step(const struct ef_call *call, const float *in, const float *hidden, float *cell, float *out) {
    const struct record *record = call->record;
    for (uint32_t unit = 0; unit < record->lstm.units; unit++) {
        float sum[4];
        for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++)
            sum[gate] = ((const float *)call->inputs[EF_LSTM_BIAS + gate])[unit];
        add_gates(call->inputs + EF_LSTM_WEIGHTS, unit, in, record->lstm.inputs, sum);
        add_gates(call->inputs + EF_LSTM_RECURRENT, unit, hidden, record->lstm.units, sum);
        float now = ef_logistic(sum[1]) * cell[unit] + ef_logistic(sum[0]) * ef_tanh(sum[2]);
        if (record->clip > 0.0f) now = ef_clamp_f32(now, -record->clip, record->clip);
        cell[unit] = now;
        out[unit] = ef_logistic(sum[3]) * ef_tanh(now);
    }
}

void ef_unidirectional_sequence_lstm_f32_invoke(const struct ef_call *call) {
    const struct ef_lstm *lstm = &((const struct record *)call->record)->lstm;
    float *hidden = (float *)(uintptr_t)call->inputs[EF_LSTM_HIDDEN];
    float *cell = (float *)(uintptr_t)call->inputs[EF_LSTM_CELL];
    for (uint32_t n = 0; n < lstm->batches; n++, hidden += lstm->units, cell += lstm->units) {
        for (uint32_t t = 0; t < lstm->steps; t++) {
            const uint32_t row = ef_lstm_row(lstm, n, t);
            float *out = (float *)call->outputs[0] + row * lstm->units;
            step(call, (const float *)call->inputs[EF_LSTM_INPUT] + row * lstm->inputs, hidden, cell, out);
            memcpy(hidden, out, lstm->units * sizeof *out);
        }
    }
}
