/* A tensor as kernels and callers see it: type, shape, quantization and where its data lies. */
#ifndef EF_TENSOR_H
#define EF_TENSOR_H

#include <stdint.h>

#include "ef_config.h"
#include "ef_load.h"

/* TFLite's TensorType codes, the same as in [dtype] of protocol.toml. */
enum ef_type {
    EF_TYPE_FLOAT32 = 0,
    EF_TYPE_FLOAT16 = 1,
    EF_TYPE_INT32 = 2,
    EF_TYPE_UINT8 = 3,
    EF_TYPE_INT64 = 4,
    EF_TYPE_STRING = 5,
    EF_TYPE_BOOL = 6,
    EF_TYPE_INT16 = 7,
    EF_TYPE_COMPLEX64 = 8,
    EF_TYPE_INT8 = 9,
    EF_TYPE_FLOAT64 = 10,
    EF_TYPE_COMPLEX128 = 11,
    EF_TYPE_UINT64 = 12,
    EF_TYPE_RESOURCE = 13,
    EF_TYPE_VARIANT = 14,
    EF_TYPE_UINT32 = 15,
    EF_TYPE_UINT16 = 16,
    EF_TYPE_INT4 = 17
};

/* A checked view. Every size is > 0; `bytes` holds the whole tensor and fits in 31 bits. */
struct ef_tensor {
    int32_t index;            /* in the subgraph */
    uint8_t type;             /* enum ef_type */
    uint8_t rank;             /* 0 for a scalar */
    uint8_t is_variable;      /* keeps its value between invokes */
    uint8_t per_axis;         /* more than one scale */
    int32_t dims[EF_MAX_RANK]; /* outermost first; entries from `rank` on are 1 */
    uint32_t elements;        /* product of dims */
    uint32_t bytes;           /* size in memory (INT4: two elements a byte) */
    float scale;              /* the first scale; 0 when the tensor is not quantized */
    int32_t zero_point;       /* the first zero point; a quantized operand with one a slice has 0 throughout */
    uint16_t scale_count;     /* 0, 1, or dims[quantized_dimension] */
    uint16_t quantized_dimension;
    const uint8_t *zero_points; /* as many little-endian int64 in the model as there are scales, or NULL: all 0 */
    const uint8_t *scales;    /* scale_count little-endian floats in the model; read with ef_tensor_scale() */
    void *data;               /* constants: in the model, never to be written; others: in the arena, NULL while the
                                 memory plan is not made; aligned to min(element size, 4) */
    uint8_t is_constant;
};

/* Scale of slice `i` along quantized_dimension; a per-tensor scale holds for every slice. */
static inline float ef_tensor_scale(const struct ef_tensor *tensor, uint32_t i) {
    return ef_load_f32(tensor->scales + 4u * (tensor->scale_count > 1u ? i : 0u));
}

/* Bytes of one element; 0 for types without a fixed size and for INT4. */
uint32_t ef_type_bytes(uint8_t type);

#endif /* EF_TENSOR_H */
