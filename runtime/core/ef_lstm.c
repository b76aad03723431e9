/* Sizes and cell state of UNIDIRECTIONAL_SEQUENCE_LSTM; see the header. */
#include "ef_lstm.h"

static enum ef_status wrong_shape(struct ef_context *context, int32_t operand, const struct ef_tensor *tensor) {
    return ef_refuse(context, EF_UNSUPPORTED_SHAPE, operand, EF_TEXT("# x # values do not belong to this LSTM"),
                     tensor->dims[0], tensor->dims[1]);
}

static enum ef_status check_options(struct ef_context *context) {
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    const float clip = ef_option_f32(context, 1, 0.0f);
    if (activation != EF_ACTIVATION_TANH)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("activation # is not TANH"), activation,
                         0);
    if (!(clip >= 0.0f))
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("the cell's clip is not >= 0"), 0, 0);
    if (ef_option_i8(context, 5, 0) != 0)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("diagonal weights are not offered"), 0,
                         0);
    return EF_OK;
}

enum ef_status ef_lstm_prepare(struct ef_context *context, struct ef_lstm *lstm) {
    struct ef_tensor in, out, tensor;
    const enum ef_status status = check_options(context);
    if (status != EF_OK) return status;
    ef_input(context, EF_LSTM_INPUT, &in);
    ef_output(context, 0, &out);
    const int32_t inputs = in.dims[2], units = out.dims[2];
    if (out.dims[0] != in.dims[0] || out.dims[1] != in.dims[1]) return wrong_shape(context, EF_OUTPUT(0), &out);
    for (int32_t gate = 0; gate < (int32_t)EF_LSTM_GATES; gate++) {
        ef_input(context, (uint32_t)(EF_LSTM_WEIGHTS + gate), &tensor);
        if (tensor.dims[0] != units || tensor.dims[1] != inputs)
            return wrong_shape(context, EF_LSTM_WEIGHTS + gate, &tensor);
        ef_input(context, (uint32_t)(EF_LSTM_RECURRENT + gate), &tensor);
        if (tensor.dims[0] != units || tensor.dims[1] != units)
            return wrong_shape(context, EF_LSTM_RECURRENT + gate, &tensor);
        ef_input(context, (uint32_t)(EF_LSTM_BIAS + gate), &tensor);
        if (tensor.dims[0] != units) return wrong_shape(context, EF_LSTM_BIAS + gate, &tensor);
    }
    lstm->time_major = ef_option_i8(context, 3, 0) != 0;
    lstm->batches = (uint32_t)in.dims[lstm->time_major];
    lstm->steps = (uint32_t)in.dims[1u - lstm->time_major];
    lstm->inputs = (uint32_t)inputs;
    lstm->units = (uint32_t)units;
    for (int32_t state = EF_LSTM_HIDDEN; state <= EF_LSTM_CELL; state++) {
        ef_input(context, (uint32_t)state, &tensor);
        if (tensor.elements != (uint64_t)lstm->batches * lstm->units) return wrong_shape(context, state, &tensor);
    }
    return EF_OK;
}

enum ef_status ef_lstm_cell(struct ef_context *context, int32_t *integer_bits, int32_t *clip) {
    struct ef_tensor cell;
    ef_input(context, EF_LSTM_CELL, &cell);
    float scale = 1.0f / 32768.0f;
    int32_t bits = 0;
    while (bits < 7 && scale != cell.scale) {
        scale *= 2.0f;
        bits++;
    }
    if (bits > 6)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_LSTM_CELL,
                         EF_TEXT("the cell's scale must be a power of two, 2^-15 to 2^-9"), 0, 0);
    const float steps = ef_option_f32(context, 1, 0.0f) / scale;
    *integer_bits = bits;
    *clip = steps < (float)INT16_MAX ? (int32_t)steps : INT16_MAX;
    return EF_OK;
}
