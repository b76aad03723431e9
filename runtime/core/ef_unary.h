/* Operators of one input and one output of the same shape that work value by value. */
#ifndef EF_UNARY_H
#define EF_UNARY_H

#include "ef_kernel.h"

/* The record of the float32 ones: elements only. Refuses another shape in the output than in the input. */
enum ef_status ef_unary_prepare(struct ef_context *context);

/* The record of the int8 ones: every int8 operator of one input is a table. */
struct ef_table_s8 {
    uint32_t elements;
    int8_t table[256]; /* by the input's byte, unsigned */
};

/* What a table is filled from. */
struct ef_table_terms {
    float in_scale, out_scale;
    int32_t in_zero_point, out_zero_point;
};

/* Checks shapes and asks for the record: EF_OK with `*record` NULL while sizes are being taken. */
enum ef_status ef_table_prepare(struct ef_context *context, struct ef_table_terms *terms, struct ef_table_s8 **record);

/* Entry of a table: `value` in the output's quantization, halves away from zero, saturated. */
int8_t ef_table_entry(const struct ef_table_terms *terms, float value);

/* Fills the table with what `function` makes of the real value of each input. */
enum ef_status ef_table_prepare_function(struct ef_context *context, float (*function)(float));

void ef_table_s8_invoke(const struct ef_call *call);

#endif /* EF_UNARY_H */
