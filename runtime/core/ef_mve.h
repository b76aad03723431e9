/* Helium (MVE) for int8 kernels: which cores have it, and what the files ef_*_mve.c share. These kernels serve models
 * built ahead of time: the compiler has checked all that they need, laid the weights out in the order of reading, and
 * folded the input's zero point into the bias. Nothing here is an interpreter's kernel. Only for GCC and Clang.
 *
 * What they share is the way from sums to bytes. A *tile* is four output pixels; sums lie as
 * [channel pair][tile][2 channels][4 pixels] int32, which is how eight accumulators leave the core registers in one
 * instruction. ef_mve_store() brings four channels of a tile to 16 bytes: 22 instructions with EF_MVE_RELU, 31 or 33
 * otherwise.
 *
 * VQRDMULH is the reference's first rounding, bit for bit. VRSHL differs from its second one only for negative exact
 * halves; where the clamp begins at the zero point all negatives are that, elsewhere one is taken off negatives first.
 */
#ifndef EF_MVE_H
#define EF_MVE_H

#include <stdint.h>

#include "ef_config.h"

#if defined(__ARM_FEATURE_MVE) && defined(__thumb2__) && defined(__GNUC__)
#define EF_HAVE_MVE 1
#else
#define EF_HAVE_MVE 0
#endif

/* The output side of a record, and its clamp. Multipliers are in [2^30, 2^31), shifts in -31..-1 (EF_MVE_RELU: ..0). */
struct ef_mve_output {
    int16_t zero_point, min, max;
    uint16_t kind;
};

enum {
    EF_MVE_RELU = 0, /* zero point -128, -128..127 */
    EF_MVE_FULL = 1, /* any zero point, -128..127 */
    EF_MVE_ANY = 2   /* any zero point, any clamp */
};

#if EF_HAVE_MVE

#if defined(__clang__)
#define EF_MVE_NAKED __attribute__((naked, noinline))
#else
#define EF_MVE_NAKED __attribute__((naked, noipa))
#endif

/* Arguments of ef_mve_store(); advanced by it. The offsets are known to its assembly. */
struct ef_mve_store {
    const int32_t *sums;      /*  0 */
    const uint32_t *out_at;   /*  4: of each tile: bytes from the first output pixel to the tile's first */
    const int32_t *multipliers; /*  8 */
    const int8_t *shifts;     /* 12 */
    int8_t *out;              /* 16: the first output pixel, at the first channel: aligned to 4 */
    uint32_t channels;        /* 20: bytes from one pixel to the next */
    uint32_t tiles;           /* 24: above 0 */
    uint32_t groups;          /* 28: of four channels, above 0 */
    int32_t zero_point;       /* 32 */
    int32_t min, max;         /* 36, 40 */
    uint32_t kind;            /* 44 */
};

void ef_mve_store(struct ef_mve_store *store);

/* Arguments of the functions that make sums: for each pair of channels and each tile, the bias and the dot products. */
struct ef_mve_dots {
    const int8_t *w;          /*  0: laid out for the function */
    const int32_t *bias;      /*  4 */
    const int8_t *const *x;   /*  8: where tiles begin: one or more addresses a tile, then NULL */
    int32_t *sums;            /* 12 */
    uint32_t pairs;           /* 16: of channels, above 0 */
    uint32_t depth;           /* 20: where the function takes any: bytes of a pixel; of a 3x3 window: from row to row */
};

typedef void ef_mve_dots_function(const struct ef_mve_dots *dots);

#endif
#endif /* EF_MVE_H */
