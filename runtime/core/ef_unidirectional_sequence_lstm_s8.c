/* UNIDIRECTIONAL_SEQUENCE_LSTM, int8 with an int16 cell state, in LiteRT's integer arithmetic: gates in Q3.12, their
 * sigmoid and tanh in 16-bit fixed point. The hidden state takes its scale from intermediate tensor 4. No scratch: the
 * output's row is the next hidden state. Refuses what ef_lstm_prepare() and ef_lstm_cell() refuse. */
#include <string.h>

#include "ef_dot_s8.h"
#include "ef_fixed_s16.h"
#include "ef_lstm.h"
#include "ef_operators.h"
#include "ef_requantize.h"

#define HIDDEN_INTERMEDIATE 4u

struct scaling {
    int32_t multiplier, shift;
};

struct record {
    struct ef_lstm lstm;
    struct scaling inputs[EF_LSTM_GATES], recurrent[EF_LSTM_GATES], hidden;
    int32_t in_zero_point, state_zero_point, out_zero_point;
    int32_t integer_bits, clip;
};

/* From a product of two scales, multiplied as floats like the reference, to Q3.12. */
static int scaling_of(float a, float b, float c, struct scaling *scaling) {
    const float ratio = ef_float_ratio(a, b, c);
    if (!(ratio > 0.0f && ratio < 1e9f)) return 0;
    ef_multiplier_of_scales(ratio, 1.0f, 1.0f, &scaling->multiplier, &scaling->shift);
    return 1;
}

enum ef_status ef_unidirectional_sequence_lstm_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, state, hidden, weights;
    struct record made;
    memset(&made, 0, sizeof made);
    enum ef_status status = ef_lstm_prepare(context, &made.lstm);
    if (status != EF_OK) return status;
    if ((status = ef_lstm_cell(context, &made.integer_bits, &made.clip)) != EF_OK) return status;
    ef_input(context, EF_LSTM_INPUT, &in);
    ef_input(context, EF_LSTM_HIDDEN, &state);
    if (!ef_intermediate(context, HIDDEN_INTERMEDIATE, &hidden) || hidden.zero_point < INT8_MIN ||
        hidden.zero_point > INT8_MAX)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND,
                         EF_TEXT("intermediate tensor 4 must have the hidden state's scale"), 0, 0);
    int holds = scaling_of(1.0f / 32768.0f, 1.0f / 32768.0f, hidden.scale, &made.hidden);
    for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++) {
        ef_input(context, EF_LSTM_WEIGHTS + gate, &weights);
        holds = holds && scaling_of(weights.scale, in.scale, 1.0f / 4096.0f, &made.inputs[gate]);
        ef_input(context, EF_LSTM_RECURRENT + gate, &weights);
        holds = holds && scaling_of(weights.scale, state.scale, 1.0f / 4096.0f, &made.recurrent[gate]);
    }
    if (!holds)
        return ef_refuse(context, EF_NOT_FINITE, EF_OUTPUT(0), EF_TEXT("the scales' ratio is out of range"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    *record = made;
    record->in_zero_point = in.zero_point;
    record->state_zero_point = state.zero_point;
    record->out_zero_point = hidden.zero_point;
    return EF_OK;
}

/* value[gate] += weights of one unit times x, in Q3.12. */
static void add_gates(const void *const *weights, uint32_t unit, const int8_t *x, uint32_t n, int32_t zero_point,
                      const struct scaling *scaling, uint32_t sum[4], int32_t value[4]) {
    const int8_t *const w[4] = {(const int8_t *)weights[0] + unit * n, (const int8_t *)weights[1] + unit * n,
                                (const int8_t *)weights[2] + unit * n, (const int8_t *)weights[3] + unit * n};
    ef_dot4_s8(x, w, n, zero_point, sum);
    for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++) {
        const int32_t scaled = ef_requantize((int32_t)sum[gate], scaling[gate].multiplier, scaling[gate].shift);
        value[gate] = ef_saturated_s16(ef_wrapping_add(scaled, value[gate]));
    }
}

static void step(const struct ef_call *call, const int8_t *in, const int8_t *hidden, int16_t *cell, int8_t *out) {
    const struct record *record = call->record;
    for (uint32_t unit = 0; unit < record->lstm.units; unit++) {
        int32_t value[4] = {0, 0, 0, 0};
        uint32_t sum[4], none[4] = {0, 0, 0, 0};
        for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++)
            sum[gate] = (uint32_t)((const int32_t *)call->inputs[EF_LSTM_BIAS + gate])[unit];
        add_gates(call->inputs + EF_LSTM_WEIGHTS, unit, in, record->lstm.inputs, record->in_zero_point, record->inputs,
                  sum, value);
        add_gates(call->inputs + EF_LSTM_RECURRENT, unit, hidden, record->lstm.units, record->state_zero_point,
                  record->recurrent, none, value);
        const int32_t kept = ef_rounding_divide_by_pot(ef_fixed_sigmoid_s16(value[1]) * cell[unit], 15);
        const int32_t added = ef_fixed_sigmoid_s16(value[0]) * ef_fixed_tanh_s16(value[2], 3);
        int32_t now = ef_saturated_s16(kept + ef_rounding_divide_by_pot(added, 15 + record->integer_bits));
        if (record->clip > 0) now = ef_clamp(now, -record->clip, record->clip);
        cell[unit] = (int16_t)now;
        const int32_t shown = ef_fixed_sigmoid_s16(value[3]) * ef_fixed_tanh_s16(now, record->integer_bits);
        const int32_t scaled = ef_requantize(shown, record->hidden.multiplier, record->hidden.shift);
        out[unit] = (int8_t)ef_clamp(ef_wrapping_add(scaled, record->out_zero_point), INT8_MIN, INT8_MAX);
    }
}

void ef_unidirectional_sequence_lstm_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const struct ef_lstm *lstm = &record->lstm;
    int8_t *hidden = (int8_t *)(uintptr_t)call->inputs[EF_LSTM_HIDDEN];
    int16_t *cell = (int16_t *)(uintptr_t)call->inputs[EF_LSTM_CELL];
    for (uint32_t n = 0; n < lstm->batches; n++, hidden += lstm->units, cell += lstm->units) {
        for (uint32_t t = 0; t < lstm->steps; t++) {
            const uint32_t row = ef_lstm_row(lstm, n, t);
            int8_t *out = (int8_t *)call->outputs[0] + row * lstm->units;
            step(call, (const int8_t *)call->inputs[EF_LSTM_INPUT] + row * lstm->inputs, hidden, cell, out);
            memcpy(hidden, out, lstm->units);
        }
    }
}
