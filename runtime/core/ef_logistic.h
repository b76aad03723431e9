/* The logistic function as LiteRT's reference computes it in float32, for both LOGISTIC kernels. */
#ifndef EF_LOGISTIC_H
#define EF_LOGISTIC_H

#include "ef_exp.h"

/* 1 / (1 + e^-x), rounded to float after each step. */
static inline float ef_logistic(float x) {
    const float divisor = 1.0f + ef_exp(-x);
    const float result = 1.0f / divisor;
    return result;
}

#endif /* EF_LOGISTIC_H */
