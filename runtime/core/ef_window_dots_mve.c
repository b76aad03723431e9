/* Dot products of 3x3 windows with filters for Helium, straight from the pixels; see ef_dots_mve.h. The windows of a
 * tile's four outputs overlap: with two channels, 12 loads (15 with stride 2) feed 24 multiply-accumulates. Empty on
 * other cores. */
#include "ef_dots_mve.h"

#if EF_HAVE_MVE

#define ARGUMENTS const struct ef_mve_dots *dots __attribute__((unused))
#define ALL "{r0, r2, r4, r6, r8, r10, r12, lr}\n"
#define LD(q, at) "vldrb.8 " q ", " at "\n"
#define W0 "vldrb.8 q4, [r5], #16\n"
#define W1 "vldrb.8 q5, [r5], #16\n"
#define M(r, q, w) "vmladava.s8 " r ", " q ", " w "\n"
#define SECOND(a, b, c, d) M("r8", a, "q5") M("r10", b, "q5") M("r12", c, "q5") M("lr", d, "q5")

/* 16 channels of one row of the window: q0-q3 hold the pixel columns in turn, q4 and q5 the weights. */
#define ROW(c0, c1, c2, c3, c4, c5)                                                              \
    W0 LD("q0", c0) M("r0", "q0", "q4") LD("q1", c1) M("r2", "q1", "q4")                         \
    LD("q2", c2) M("r4", "q2", "q4") LD("q3", c3) M("r6", "q3", "q4")                            \
    W1 SECOND("q0", "q1", "q2", "q3")                                                            \
    W0 M("r0", "q1", "q4") LD("q0", c4) M("r2", "q2", "q4") M("r4", "q3", "q4") M("r6", "q0", "q4") \
    W1 SECOND("q1", "q2", "q3", "q0")                                                            \
    W0 M("r0", "q2", "q4") LD("q1", c5) M("r2", "q3", "q4") M("r4", "q0", "q4") M("r6", "q1", "q4") \
    W1 SECOND("q2", "q3", "q0", "q1")
#define ROW_S2(c0, c1, c2, c3, c4, c5, c6, c7, c8)                                               \
    W0 LD("q0", c0) M("r0", "q0", "q4") LD("q1", c2) M("r2", "q1", "q4")                         \
    LD("q2", c4) M("r4", "q2", "q4") LD("q3", c6) M("r6", "q3", "q4")                            \
    W1 SECOND("q0", "q1", "q2", "q3")                                                            \
    W0 M("r0", "q1", "q4") LD("q0", c8) M("r2", "q2", "q4") M("r4", "q3", "q4") M("r6", "q0", "q4") \
    W1 SECOND("q1", "q2", "q3", "q0")                                                            \
    W0 LD("q0", c1) M("r0", "q0", "q4") LD("q1", c3) M("r2", "q1", "q4")                         \
    LD("q2", c5) M("r4", "q2", "q4") LD("q3", c7) M("r6", "q3", "q4")                            \
    W1 SECOND("q0", "q1", "q2", "q3")

#define X(r, o) "[" r ", #(" #o ")]"
#define ROW_16 ROW(X("r1", 0), X("r1", 16), X("r1", 32), X("r1", 48), X("r1", 64), X("r1", 80))
#define PART_32(o) ROW(X("r1", o - 64), X("r1", o - 32), X("r1", o), X("r1", o + 32), X("r1", o + 64), X("r1", o + 96))
#define ROW_32 PART_32(0) PART_32(16)
#define PART_64(o) ROW(X("r1", o - 64), X("r1", o), X("r7", o - 64), X("r7", o), X("r9", o - 64), X("r9", o))
#define ROW_64 PART_64(0) PART_64(16) PART_64(32) PART_64(48)
#define ROW_16_S2 ROW_S2(X("r1", -64), X("r1", -48), X("r1", -32), X("r1", -16), X("r1", 0), X("r1", 16), \
                         X("r1", 32), X("r1", 48), X("r1", 64))
#define PART_32_S2(o) ROW_S2(X("r1", o - 64), X("r1", o - 32), X("r1", o), X("r1", o + 32), X("r1", o + 64), \
                             X("r7", o - 32), X("r7", o), X("r7", o + 32), X("r7", o + 64))
#define ROW_32_S2 PART_32_S2(0) PART_32_S2(16)

/* r1 (r7, r9) pixels, r3 from row to row, r5 weights, r11 tiles; on the stack as in ef_dots_mve.c. */
#define WINDOW(bytes, first, row, next)                                                          \
    __asm__ volatile(                                                                            \
        "push {r4-r11, lr}\n"                                                                    \
        "vpush {d8-d15}\n"                                                                       \
        "sub sp, #52\n"                                                                          \
        "ldm r0, {r1-r6}\n"                                                                      \
        "strd r2, r5, [sp, #32]\n"                                                               \
        "strd r3, r4, [sp, #40]\n"                                                               \
        "mov r5, r1\n"                                                                           \
        "mov r3, r6\n"                                                                           \
        "1:\n"                                                                                   \
        "ldr r0, [sp, #32]\n"                                                                    \
        "ldrd r2, r4, [r0], #8\n"                                                                \
        "str r0, [sp, #32]\n"                                                                    \
        "vdup.32 q0, r2\n"                                                                       \
        "vdup.32 q1, r4\n"                                                                       \
        "vstrw.32 q0, [sp]\n"                                                                    \
        "vstrw.32 q1, [sp, #16]\n"                                                               \
        "ldr r11, [sp, #40]\n"                                                                   \
        "ldr r1, [r11], #4\n"                                                                    \
        "2:\n"                                                                                   \
        "ldm sp, " ALL first row next row next row                                               \
        "ldr r1, [sp, #44]\n"                                                                    \
        "stmia r1!, " ALL                                                                        \
        "str r1, [sp, #44]\n"                                                                    \
        "subs r5, #18*" bytes "\n"                                                               \
        "ldr r1, [r11], #4\n"                                                                    \
        "cmp r1, #0\n"                                                                           \
        "bne 2b\n"                                                                               \
        "adds r5, #18*" bytes "\n"                                                               \
        "ldr r0, [sp, #36]\n"                                                                    \
        "subs r0, #1\n"                                                                          \
        "str r0, [sp, #36]\n"                                                                    \
        "bne 1b\n"                                                                               \
        "add sp, #52\n"                                                                          \
        "vpop {d8-d15}\n"                                                                        \
        "pop {r4-r11, pc}\n")

EF_MVE_NAKED void ef_mve_window_16(ARGUMENTS) { WINDOW("16", "", ROW_16, "add r1, r3\n"); }
EF_MVE_NAKED void ef_mve_window_32(ARGUMENTS) { WINDOW("32", "", ROW_32, "add r1, r3\n"); }
EF_MVE_NAKED void ef_mve_window_64(ARGUMENTS) {
    WINDOW("64", "add r7, r1, #128\n" "add r9, r1, #256\n", ROW_64, "add r1, r3\n" "add r7, r3\n" "add r9, r3\n");
}
EF_MVE_NAKED void ef_mve_window_16_s2(ARGUMENTS) { WINDOW("16", "", ROW_16_S2, "add r1, r3\n"); }
EF_MVE_NAKED void ef_mve_window_32_s2(ARGUMENTS) {
    WINDOW("32", "add r7, r1, #128\n", ROW_32_S2, "add r1, r3\n" "add r7, r3\n");
}

#else
typedef int ef_window_dots_mve_needs_helium; /* a file must not be empty */
#endif
