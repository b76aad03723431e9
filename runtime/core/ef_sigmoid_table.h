/* LOGISTIC, TANH and the LSTM with int16 activations: one table of the sigmoid, with interpolation. */
#ifndef EF_SIGMOID_TABLE_H
#define EF_SIGMOID_TABLE_H

#include "ef_kernel.h"

/* sigmoid(i / 24) in Q0.16, as the reference's table has it. */
extern const uint16_t ef_sigmoid_table[256];

/* input * multiplier / 2^shift, halves up, is the operand in steps of 1 / (3 * 4096). */
struct ef_sigmoid_s16 {
    uint32_t elements;
    int32_t multiplier, shift;
};

/* Refuses another shape in the output than in the input, an output scale that is not 1/32768, and input scales below
 * 2^-30 or above 2. Inputs of scale 2^-12 are exact, with `doubled` those of 2^-11 as well. */
enum ef_status ef_sigmoid_s16_prepare(struct ef_context *context, int doubled);

static inline int32_t ef_sigmoid_s16_operand(const struct ef_sigmoid_s16 *record, int32_t input) {
    const int32_t half = record->shift > 0 ? INT32_C(1) << (record->shift - 1) : 0;
    return (input * record->multiplier + half) >> record->shift;
}

/* sigmoid(operand) in Q15, interpolated between the entries of the table. */
static inline int32_t ef_sigmoid_s16_value(int32_t operand) {
    const uint32_t size = operand < 0 ? 0u - (uint32_t)operand : (uint32_t)operand, at = size >> 9;
    uint32_t value = UINT32_C(0x7fff) << 10; /* Q25 */
    if (at < 255u) {
        const uint32_t low = ef_sigmoid_table[at], high = ef_sigmoid_table[at + 1u];
        value = (low << 9) + (size & 0x1ffu) * (high - low);
    }
    value = operand < 0 ? (UINT32_C(1) << 25) - value + 511u : value + 512u;
    return (int32_t)(value >> 10);
}

/* tanh(operand) in Q15: 2 * sigmoid(2 * x) - 1. */
static inline int32_t ef_tanh_s16_value(int32_t operand) {
    const uint32_t size = operand < 0 ? 0u - (uint32_t)operand : (uint32_t)operand, at = size >> 8;
    int32_t value = 0xffff << 8; /* Q24 */
    if (at < 255u) {
        const int32_t low = ef_sigmoid_table[at], high = ef_sigmoid_table[at + 1u];
        value = low * 256 + (int32_t)(size & 0xffu) * (high - low);
    }
    value = operand < 0 ? (1 << 23) - value + 127 : value - (1 << 23) + 128;
    return value >> 8;
}

#endif /* EF_SIGMOID_TABLE_H */
