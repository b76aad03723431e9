/* Hybrid operators: float32 activations, int8 weights (dynamic-range quantization). The activations are quantized anew at
 * every invoke, one scale a batch entry or row, as LiteRT does it. */
#ifndef EF_HYBRID_H
#define EF_HYBRID_H

#include <stdint.h>

/* What lies at the start of the kernel's scratch: real = scale * (value - offset). The int8 values follow it. */
struct ef_hybrid {
    float scale;
    int32_t offset; /* -128..127; 0 when symmetric */
    int32_t reserved[2];
};

#define EF_HYBRID_SCRATCH(values) ((uint32_t)sizeof(struct ef_hybrid) + (uint32_t)(values))

/* Quantize `count` > 0 values into the scratch: to -127..127 around 0, or, asymmetric, their range to -128..127. What is
 * no number becomes 0. */
void ef_hybrid_quantize(const float *values, uint32_t count, int asymmetric, struct ef_hybrid *hybrid);

static inline const int8_t *ef_hybrid_values(const struct ef_hybrid *hybrid) {
    return (const int8_t *)(const void *)(hybrid + 1);
}

#endif /* EF_HYBRID_H */
