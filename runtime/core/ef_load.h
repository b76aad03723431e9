/* Little-endian loads and stores at any alignment. A compiler turns each into one instruction where the core allows
 * it. Model bytes are read through these and through nothing else; bounds are the caller's matter. */
#ifndef EF_LOAD_H
#define EF_LOAD_H

#include <stdint.h>
#include <string.h>

static inline uint16_t ef_load_u16(const void *at) {
    const uint8_t *b = at;
    return (uint16_t)(b[0] | (uint16_t)(b[1] << 8));
}

static inline uint32_t ef_load_u32(const void *at) {
    const uint8_t *b = at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t ef_load_u64(const void *at) {
    const uint8_t *b = at;
    return (uint64_t)ef_load_u32(b) | (uint64_t)ef_load_u32(b + 4) << 32;
}

static inline int16_t ef_load_i16(const void *at) { return (int16_t)ef_load_u16(at); }

static inline int32_t ef_load_i32(const void *at) { return (int32_t)ef_load_u32(at); }

static inline int64_t ef_load_i64(const void *at) { return (int64_t)ef_load_u64(at); }

static inline float ef_load_f32(const void *at) {
    const uint32_t bits = ef_load_u32(at);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void ef_store_u32(void *at, uint32_t value) {
    uint8_t *b = at;
    b[0] = (uint8_t)value;
    b[1] = (uint8_t)(value >> 8);
    b[2] = (uint8_t)(value >> 16);
    b[3] = (uint8_t)(value >> 24);
}

#endif /* EF_LOAD_H */
