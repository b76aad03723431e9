/* Weights of 4 bits: two a byte, the first in the lower half. */
#ifndef EF_INT4_H
#define EF_INT4_H

#include <stdint.h>

/* Write `count` signed values of 4 bits as int8. */
static inline void ef_int4_unpack(const uint8_t *packed, uint32_t count, int8_t *out) {
    for (uint32_t i = 0; i < count; i++) {
        const int32_t half = packed[i >> 1] >> (i & 1u ? 4 : 0) & 15;
        out[i] = (int8_t)(half < 8 ? half : half - 16);
    }
}

#endif /* EF_INT4_H */
