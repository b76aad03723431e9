/* UNIDIRECTIONAL_SEQUENCE_LSTM, int16 by int8 weights with int64 biases, as TensorFlow Lite Micro computes it (LiteRT has
 * no such kernel): gates in Q3.12 by multipliers of 15 bits, sigmoid and tanh from a table. No scratch: the output's row
 * is the next hidden state. Refuses what ef_lstm_prepare() and ef_lstm_cell() refuse, and scales whose ratio is 2^7 and
 * more. */
#include <string.h>

#include "ef_channels_s16.h"
#include "ef_lstm.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#include "ef_sigmoid_table.h"

#define GREATEST_SHIFT 7
#define Q15 (1.0f / 32768.0f)
#define NO_CLIP (-1)

struct scaling {
    int32_t multiplier, shift;
};

struct record {
    struct ef_lstm lstm;
    struct scaling inputs[EF_LSTM_GATES], recurrent[EF_LSTM_GATES]; /* multipliers of 15 bits */
    struct scaling kept, added, hidden;
    struct ef_sigmoid_s16 cell_operand;
    int32_t clip;
};

/* One gate's weights: from their product with `scale` to Q3.12. */
static int gate_scaling(const struct ef_context *context, uint32_t operand, float scale, struct scaling *scaling) {
    struct ef_tensor weights;
    ef_input(context, operand, &weights);
    int32_t multiplier;
    ef_multiplier_of_scales(scale, weights.scale, 1.0f / 4096.0f, &multiplier, &scaling->shift);
    scaling->multiplier = multiplier < 0x7fff0000 ? (multiplier + (1 << 15)) >> 16 : 0x7fff;
    return scaling->shift <= GREATEST_SHIFT;
}

enum ef_status ef_unidirectional_sequence_lstm_s16_prepare(struct ef_context *context) {
    struct ef_tensor in, state, cell;
    struct record made;
    int32_t integer_bits;
    memset(&made, 0, sizeof made);
    enum ef_status status = ef_lstm_prepare(context, &made.lstm);
    if (status != EF_OK) return status;
    if ((status = ef_lstm_cell(context, &integer_bits, &made.clip)) != EF_OK) return status;
    if (!(ef_option_f32(context, 1, 0.0f) > 0.0f)) made.clip = NO_CLIP;
    ef_input(context, EF_LSTM_INPUT, &in);
    ef_input(context, EF_LSTM_HIDDEN, &state);
    ef_input(context, EF_LSTM_CELL, &cell);
    for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++) {
        if (!gate_scaling(context, EF_LSTM_WEIGHTS + gate, in.scale, &made.inputs[gate]) ||
            !gate_scaling(context, EF_LSTM_RECURRENT + gate, state.scale, &made.recurrent[gate]))
            return ef_refuse(context, EF_UNSUPPORTED_OPTION, (int32_t)(EF_LSTM_WEIGHTS + gate),
                             EF_TEXT("the scales' ratio is out of range"), 0, 0);
    }
    ef_multiplier_of_scales(Q15, cell.scale, cell.scale, &made.kept.multiplier, &made.kept.shift);
    ef_multiplier_of_scales(Q15, Q15, cell.scale, &made.added.multiplier, &made.added.shift);
    ef_multiplier_of_scales(Q15, Q15, state.scale, &made.hidden.multiplier, &made.hidden.shift);
    made.cell_operand.multiplier = integer_bits < 3 ? 3 : 3 * (1 << (integer_bits - 3));
    made.cell_operand.shift = integer_bits < 3 ? 3 - integer_bits : 0;
    struct record *record = ef_need_record(context, sizeof *record);
    if (record) *record = made;
    return EF_OK;
}

/* value[gate] += weights of one unit times x, in Q3.12. */
static void add_gates(const void *const *weights, uint32_t unit, const int16_t *x, uint32_t n,
                      const struct scaling *scaling, int64_t sum[4], int32_t value[4]) {
    const int8_t *const w[4] = {(const int8_t *)weights[0] + unit * n, (const int8_t *)weights[1] + unit * n,
                                (const int8_t *)weights[2] + unit * n, (const int8_t *)weights[3] + unit * n};
    ef_dot4_s16(x, w, n, sum);
    for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++) {
        const int32_t right = 15 - scaling[gate].shift;
        const uint64_t half = UINT64_C(1) << (right - 1);
        const uint64_t scaled = (uint64_t)sum[gate] * (uint64_t)scaling[gate].multiplier + half;
        const int32_t added = (int32_t)(uint32_t)((int64_t)scaled >> right);
        value[gate] = ef_clamp(ef_clamp(added, INT16_MIN, INT16_MAX) + value[gate], INT16_MIN, INT16_MAX);
    }
}

static int32_t product(int32_t a, int32_t b, const struct scaling *scaling) {
    return ef_clamp(ef_requantize(a * b, scaling->multiplier, scaling->shift), INT16_MIN, INT16_MAX);
}

static void step(const struct ef_call *call, const int16_t *in, const int16_t *hidden, int16_t *cell, int16_t *out) {
    const struct record *record = call->record;
    for (uint32_t unit = 0; unit < record->lstm.units; unit++) {
        int32_t value[4] = {0, 0, 0, 0};
        int64_t sum[4], none[4] = {0, 0, 0, 0};
        for (uint32_t gate = 0; gate < EF_LSTM_GATES; gate++)
            ef_channels_s16_begin(call->inputs[EF_LSTM_BIAS + gate], unit, 1, &sum[gate]);
        add_gates(call->inputs + EF_LSTM_WEIGHTS, unit, in, record->lstm.inputs, record->inputs, sum, value);
        add_gates(call->inputs + EF_LSTM_RECURRENT, unit, hidden, record->lstm.units, record->recurrent, none, value);
        const int32_t keep = ef_sigmoid_s16_value(3 * value[1]), add = ef_sigmoid_s16_value(3 * value[0]);
        int32_t now = product(keep, cell[unit], &record->kept) +
                      product(add, ef_tanh_s16_value(3 * value[2]), &record->added);
        now = ef_clamp(now, INT16_MIN, INT16_MAX);
        if (record->clip != NO_CLIP) now = ef_clamp(now, -record->clip, record->clip);
        cell[unit] = (int16_t)now;
        const int32_t shown = ef_tanh_s16_value(ef_sigmoid_s16_operand(&record->cell_operand, now));
        out[unit] = (int16_t)product(shown, ef_sigmoid_s16_value(3 * value[3]), &record->hidden);
    }
}

void ef_unidirectional_sequence_lstm_s16_invoke(const struct ef_call *call) {
    const struct ef_lstm *lstm = &((const struct record *)call->record)->lstm;
    int16_t *hidden = (int16_t *)(uintptr_t)call->inputs[EF_LSTM_HIDDEN];
    int16_t *cell = (int16_t *)(uintptr_t)call->inputs[EF_LSTM_CELL];
    for (uint32_t n = 0; n < lstm->batches; n++, hidden += lstm->units, cell += lstm->units) {
        for (uint32_t t = 0; t < lstm->steps; t++) {
            const uint32_t row = ef_lstm_row(lstm, n, t);
            int16_t *out = (int16_t *)call->outputs[0] + row * lstm->units;
            step(call, (const int16_t *)call->inputs[EF_LSTM_INPUT] + row * lstm->inputs, hidden, cell, out);
            memcpy(hidden, out, lstm->units * sizeof *out);
        }
    }
}
