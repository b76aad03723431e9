/* Bytes to bytes for the Helium kernels: no call, no libc, three instructions for 16 bytes. */
#ifndef EF_MVE_COPY_H
#define EF_MVE_COPY_H

#include "ef_mve.h"

#if EF_HAVE_MVE

/* `bytes` from `from` to `to`; they do not overlap. */
static inline void ef_mve_copy(int8_t *to, const int8_t *from, uint32_t bytes) {
    __asm__ volatile(
        "wlstp.8 lr, %2, 2f\n"
        "1: vldrb.8 q0, [%1], #16\n"
        "vstrb.8 q0, [%0], #16\n"
        "letp lr, 1b\n"
        "2:\n"
        : "+r"(to), "+r"(from)
        : "r"(bytes)
        : "lr", "q0", "memory");
}

/* The same value `bytes` times. */
static inline void ef_mve_fill(int8_t *to, int32_t value, uint32_t bytes) {
    __asm__ volatile(
        "vdup.8 q0, %2\n"
        "wlstp.8 lr, %1, 2f\n"
        "1: vstrb.8 q0, [%0], #16\n"
        "letp lr, 1b\n"
        "2:\n"
        : "+r"(to)
        : "r"(bytes), "r"(value)
        : "lr", "q0", "memory");
}

#endif
#endif /* EF_MVE_COPY_H */
