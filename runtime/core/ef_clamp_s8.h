/* The clamp of a fused activation that saturation to int8 does not do, over outputs that are made. */
#ifndef EF_CLAMP_S8_H
#define EF_CLAMP_S8_H

#include <stdint.h>

static inline void ef_clamp_s8(int8_t *out, uint32_t count, int32_t min, int32_t max) {
    for (; count > 0; count--, out++) *out = (int8_t)(*out < min ? min : *out > max ? max : *out);
}

#endif /* EF_CLAMP_S8_H */
