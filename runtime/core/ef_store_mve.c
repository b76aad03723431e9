/* Sums to bytes for the Helium kernels; see ef_mve.h. Empty on other cores. */
#include "ef_mve.h"

#if EF_HAVE_MVE

/* r0-r3 multipliers, r4-r7 shifts, r8 and r9 the sums of channels 0, 1 and of 2, 3, r10 the tile's offset, r11 offsets,
 * r12 the zero point (0x80 where it is -128); q7 addresses of four pixels, q6 and q5 min and max, q4 free. */
#define LOAD                                                                                     \
    "vldrw.32 q1, [r8, #16]\n"                                                                   \
    "vqrdmulh.s32 q1, q1, r1\n"                                                                  \
    "vldrw.32 q0, [r8], #32\n"                                                                   \
    "vqrdmulh.s32 q0, q0, r0\n"                                                                  \
    "vldrw.32 q3, [r9, #16]\n"                                                                   \
    "vqrdmulh.s32 q3, q3, r3\n"                                                                  \
    "vldrw.32 q2, [r9], #32\n"                                                                   \
    "vqrdmulh.s32 q2, q2, r2\n"
#define AWAY(q) "vshr.s32 q4, " q ", #31\n" "vqadd.s32 " q ", " q ", q4\n"
#define NARROW                                                                                   \
    "vrshl.s32 q0, r4\n"                                                                         \
    "vrshl.s32 q2, r6\n"                                                                         \
    "vqmovnb.s32 q0, q0\n"                                                                       \
    "vrshl.s32 q1, r5\n"                                                                         \
    "vqmovnt.s32 q0, q2\n"                                                                       \
    "vrshl.s32 q3, r7\n"                                                                         \
    "vqmovnb.s32 q1, q1\n"                                                                       \
    "vqmovnt.s32 q1, q3\n"
#define RELU "vqmovunb.s16 q0, q0\n" "vqmovunt.s16 q0, q1\n" "vadd.i8 q0, q0, r12\n"
#define FULL "vqadd.s16 q0, q0, r12\n" "vqadd.s16 q1, q1, r12\n" "vqmovnb.s16 q0, q0\n" "vqmovnt.s16 q0, q1\n"
#define TILE(body)                                                                               \
    "dls lr, lr\n"                                                                               \
    "1:\n" LOAD "ldr r10, [r11], #4\n" body                    \
    "vstrw.32 q0, [r10, q7]\n"                                                                   \
    "le lr, 1b\n"
#define GROUP(name, zero_point, body)                                                            \
    name ":\n"                                                                                   \
    "ldr r12, [sp]\n"                                                                            \
    "ldr lr, [r12, #24]\n"                                                                       \
    "add r9, r8, lr, lsl #5\n"                                                                   \
    "ldr r11, [r12, #4]\n"                                                                       \
    "ldrd r4, r10, [r12, #8]\n"                                                                  \
    "ldmia r4!, {r0-r3}\n"                                                                       \
    "str r4, [r12, #8]\n"                                                                        \
    "ldrsb r4, [r10], #1\n"                                                                      \
    "ldrsb r5, [r10], #1\n"                                                                      \
    "ldrsb r6, [r10], #1\n"                                                                      \
    "ldrsb r7, [r10], #1\n"                                                                      \
    "str r10, [r12, #12]\n" zero_point TILE(body)                                                \
    "mov r8, r9\n"                                                                               \
    "ldr r12, [sp]\n"                                                                            \
    "movs r0, #4\n"                                                                              \
    "vadd.i32 q7, q7, r0\n"                                                                      \
    "ldr r0, [r12, #28]\n"                                                                       \
    "subs r0, #1\n"                                                                              \
    "str r0, [r12, #28]\n"                                                                       \
    "bne " name "b\n"                                                                            \
    "b 9f\n"

EF_MVE_NAKED void ef_mve_store(struct ef_mve_store *store __attribute__((unused))) {
    __asm__ volatile(
        "push {r0, r4-r11, lr}\n"
        "vpush {d8-d15}\n"
        "sub sp, #8\n"
        "str r0, [sp]\n"
        "ldrd r1, r2, [r0, #16]\n"
        "movs r4, #0\n"
        "vidup.u32 q7, r4, #1\n"
        "vmul.i32 q7, q7, r2\n"
        "vadd.i32 q7, q7, r1\n"
        "ldrd r1, r2, [r0, #36]\n"
        "vdup.8 q6, r1\n"
        "vdup.8 q5, r2\n"
        "ldr r8, [r0]\n"
        "ldr r1, [r0, #44]\n"
        "cmp r1, #1\n"
        "beq 4f\n"
        "bhi 5f\n"
        GROUP("3", "mov r12, #0x80\n", NARROW RELU)
        GROUP("4", "ldr r12, [r12, #32]\n", AWAY("q0") AWAY("q1") AWAY("q2") AWAY("q3") NARROW FULL)
        GROUP("5", "ldr r12, [r12, #32]\n", AWAY("q0") AWAY("q1") AWAY("q2") AWAY("q3") NARROW FULL
              "vmax.s8 q0, q0, q6\n" "vmin.s8 q0, q0, q5\n")
        "9: add sp, #8\n"
        "vpop {d8-d15}\n"
        "pop {r0, r4-r11, pc}\n");
}

#else
typedef int ef_store_mve_needs_helium; /* a file must not be empty */
#endif
