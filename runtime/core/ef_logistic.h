/* The logistic function as LiteRT's reference computes it in float32, for both LOGISTIC kernels. */
#ifndef EF_LOGISTIC_H
#define EF_LOGISTIC_H

#include "ef_exp.h"

/* 1 / (1 + e^-x) */
static inline float ef_logistic(float x) {
    const float power = ef_exp(-x);
    return 1.0f / (1.0f + power);
}

#endif /* EF_LOGISTIC_H */
