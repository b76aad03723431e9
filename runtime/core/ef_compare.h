/* Comparisons: which of the four ways in which two values can stand make each operator true. */
#ifndef EF_COMPARE_H
#define EF_COMPARE_H

#include <stdint.h>

enum { EF_IS_LESS = 1, EF_IS_EQUAL = 2, EF_IS_GREATER = 4, EF_IS_UNORDERED = 8 };

/* The ways that make `code` (EQUAL... LESS_EQUAL) true. */
uint32_t ef_compare_ways(uint32_t code);

#endif /* EF_COMPARE_H */
