/* The inner loops of float32 operators for cores with FMA: values and weights come eight at a time. Empty on other
 * cores. */
#include "ef_dot_f32.h"

#if EF_HAVE_FMA

#include "ef_dsp.h"

/* s0-s3 the sums, s4-s11 values, s12-s19 the weights of one channel. */
#define CHANNEL(weights, sum)                \
    "vldmia " weights "!, {s12-s19}\n"       \
    "vfma.f32 " sum ", s4, s12\n"            \
    "vfma.f32 " sum ", s5, s13\n"            \
    "vfma.f32 " sum ", s6, s14\n"            \
    "vfma.f32 " sum ", s7, s15\n"            \
    "vfma.f32 " sum ", s8, s16\n"            \
    "vfma.f32 " sum ", s9, s17\n"            \
    "vfma.f32 " sum ", s10, s18\n"           \
    "vfma.f32 " sum ", s11, s19\n"

#define FOUR(weights, sum)                   \
    "vldmia " weights "!, {s12-s15}\n"       \
    "vfma.f32 " sum ", s4, s12\n"            \
    "vfma.f32 " sum ", s5, s13\n"            \
    "vfma.f32 " sum ", s6, s14\n"            \
    "vfma.f32 " sum ", s7, s15\n"

EF_NAKED void ef_dot4_fours_f32(const float *x __attribute__((unused)), const float *const w[4] __attribute__((unused)),
                                const float *end __attribute__((unused)), float sum[4] __attribute__((unused))) {
    __asm__ volatile(
        "push {r4, r5, r6, r7}\n"
        "vpush {s16-s19}\n"
        "ldm r1, {r4-r7}\n"
        "vldmia r3, {s0-s3}\n"
        "subs r1, r2, r0\n"
        "lsls r1, r1, #27\n" /* an odd four: 16 bytes */
        "bpl 1f\n"
        "vldmia r0!, {s4-s7}\n"
        FOUR("r4", "s0") FOUR("r5", "s1") FOUR("r6", "s2") FOUR("r7", "s3")
        "cmp r0, r2\n"
        "beq 2f\n"
        "1:\n"
        "vldmia r0!, {s4-s11}\n"
        CHANNEL("r4", "s0") CHANNEL("r5", "s1") CHANNEL("r6", "s2") CHANNEL("r7", "s3")
        "cmp r0, r2\n"
        "bne 1b\n"
        "2:\n"
        "vstmia r3, {s0-s3}\n"
        "vpop {s16-s19}\n"
        "pop {r4, r5, r6, r7}\n"
        "bx lr\n");
}

/* s0-s7 the sums, s8-s15 values, s16-s23 weights; r0, r12 where they are; r1 the rows' addresses, r3 weights, r10 columns
 * that are left; the others as in the struct. */
EF_NAKED void ef_eight_taps_f32(const struct ef_taps_f32 *taps __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r10, lr}\n"
        "vpush {s16-s23}\n"
        "ldm r0, {r1-r9}\n"
        "vldmia r9, {s0-s7}\n"
        "1:\n"
        "ldr r0, [r1], #4\n"
        "mov r12, r3\n"
        "mov r10, r5\n"
        "add r0, r0, r4\n"
        "add r3, r3, r8\n"
        "2:\n"
        "vldmia r0, {s8-s15}\n"
        "vldmia r12, {s16-s23}\n"
        "vfma.f32 s0, s8, s16\n"
        "vfma.f32 s1, s9, s17\n"
        "vfma.f32 s2, s10, s18\n"
        "vfma.f32 s3, s11, s19\n"
        "vfma.f32 s4, s12, s20\n"
        "vfma.f32 s5, s13, s21\n"
        "vfma.f32 s6, s14, s22\n"
        "vfma.f32 s7, s15, s23\n"
        "add r0, r0, r6\n"
        "add r12, r12, r7\n"
        "subs r10, r10, #1\n"
        "bne 2b\n"
        "cmp r1, r2\n"
        "bne 1b\n"
        "vstmia r9, {s0-s7}\n"
        "vpop {s16-s23}\n"
        "pop {r4-r10, pc}\n");
}

#else
typedef int ef_dot_f32_needs_fma; /* a file must not be empty */
#endif
