/* LOGISTIC and TANH with int16 activations: one table of the sigmoid, with interpolation. */
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

#endif /* EF_SIGMOID_TABLE_H */
