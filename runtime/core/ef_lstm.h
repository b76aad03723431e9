/* UNIDIRECTIONAL_SEQUENCE_LSTM: what its kernels share, whatever their type. Each has four gates (input, forget, cell,
 * output), no peephole, projection or layer normalization, and keeps its hidden and its cell state in variables. */
#ifndef EF_LSTM_H
#define EF_LSTM_H

#include "ef_kernel.h"

#define EF_LSTM_GATES 4u

/* Operands. Weights and biases come once a gate, in the gates' order. */
enum {
    EF_LSTM_INPUT = 0,
    EF_LSTM_WEIGHTS = 1,    /* [units, inputs] */
    EF_LSTM_RECURRENT = 5,  /* [units, units] */
    EF_LSTM_BIAS = 12,      /* [units] */
    EF_LSTM_HIDDEN = 18,    /* variable, [batches, units] */
    EF_LSTM_CELL = 19       /* likewise */
};

/* Input [batches, steps, inputs] and output [batches, steps, units]; time_major: the first two sizes change places. */
struct ef_lstm {
    uint32_t batches, steps, inputs, units, time_major;
};

/* Fill it. Refuses shapes that do not belong together, another activation than TANH, a clip that is not >= 0, and
 * diagonal weights. */
enum ef_status ef_lstm_prepare(struct ef_context *context, struct ef_lstm *lstm);

/* Where one step of one batch stands in input and output, in rows. */
static inline uint32_t ef_lstm_row(const struct ef_lstm *lstm, uint32_t batch, uint32_t step) {
    return lstm->time_major ? step * lstm->batches + batch : batch * lstm->steps + step;
}

/* For a cell state of int16: its scale must be 2^-15 to 2^-9. `*integer_bits` is 0 to 6 then, and `*clip` the clip of
 * the cell in its quantization (0: none). Refuses otherwise. */
enum ef_status ef_lstm_cell(struct ef_context *context, int32_t *integer_bits, int32_t *clip);

#endif /* EF_LSTM_H */
