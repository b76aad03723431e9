/* Dot products of int8 pixels with int8 filters for Helium: four pixels by two channels at a time, so that six loads
 * feed eight multiply-accumulates of 16 products. Sums begin with the bias. VMLADAVA accumulates into even core
 * registers only: all eight hold sums (r0, r2, r4, r6 the first channel's four pixels; r8, r10, r12, lr the second's),
 * the odd ones addresses. See ef_dots_mve.h for the layouts. Empty on other cores. */
#include "ef_dots_mve.h"

#if EF_HAVE_MVE

#define ARGUMENTS const struct ef_mve_dots *dots __attribute__((unused))

/* [sp] the two biases, four times each; #32 bias, #36 pairs, #40 tiles, #44 depth, #48 sums, #52 free; then registers. */
#define BEGIN                                                                                    \
    "push {r4-r11, lr}\n"                                                                        \
    "vpush {d8-d15}\n"                                                                           \
    "sub sp, #60\n"                                                                              \
    "ldm r0, {r1-r6}\n"                                                                          \
    "strd r2, r5, [sp, #32]\n"                                                                   \
    "strd r3, r6, [sp, #40]\n"                                                                   \
    "str r4, [sp, #48]\n"
#define END "add sp, #60\n" "vpop {d8-d15}\n" "pop {r4-r11, pc}\n"

/* The biases of a pair to [sp]. */
#define BIAS                                                                                     \
    "ldr r0, [sp, #32]\n"                                                                        \
    "ldrd r2, r4, [r0], #8\n"                                                                    \
    "str r0, [sp, #32]\n"                                                                        \
    "vdup.32 q0, r2\n"                                                                           \
    "vdup.32 q1, r4\n"                                                                           \
    "vstrw.32 q0, [sp]\n"                                                                        \
    "vstrw.32 q1, [sp, #16]\n"
#define NEXT_PAIR "ldr r0, [sp, #36]\n" "subs r0, #1\n" "str r0, [sp, #36]\n" "bne 1b\n"
#define ALL "{r0, r2, r4, r6, r8, r10, r12, lr}\n"

#define MAC(t, r, x, w) "vmladava." t " " r ", " x ", " w "\n"
/* One step of a tile; type, load, addresses of the four pixels and of the two filters. */
#define STEP(t, ld, x0, x1, x2, x3, w0, w1)                                                      \
    ld " q4, " w0 "\n" ld " q0, " x0 "\n" MAC(t, "r0", "q0", "q4") ld " q1, " x1 "\n"            \
    MAC(t, "r2", "q1", "q4") ld " q2, " x2 "\n" MAC(t, "r4", "q2", "q4") ld " q3, " x3 "\n"      \
    MAC(t, "r6", "q3", "q4") ld " q5, " w1 "\n" MAC(t, "r8", "q0", "q5")                         \
    MAC(t, "r10", "q1", "q5") MAC(t, "r12", "q2", "q5") MAC(t, "lr", "q3", "q5")
#define BYTES "s8", "vldrb.8"
#define HALVES "s16", "vldrb.s16"
#define STEP_(...) STEP(__VA_ARGS__)

/* Pixels of a few steps: all addresses are immediate. r1 the first two pixels, r3 the others, r5 weights, r9 sums,
 * r11 tiles (two addresses each). */
#define AT(r, o) "[" r ", #(" o ")]"
#define NEAR(k, o, w, second)                                                                    \
    AT("r1", o), AT("r1", k "+" o), AT("r3", o), AT("r3", k "+" o), AT("r5", w), AT("r5", w "+" second)
#define FEW(k, steps)                                                                            \
    __asm__ volatile(                                                                            \
        BEGIN "mov r5, r1\n" "mov r9, r4\n"                                                      \
        "1:\n" BIAS                                                                              \
        "ldr r11, [sp, #40]\n"                                                                   \
        "ldrd r1, r3, [r11], #8\n"                                                               \
        "2:\n"                                                                                   \
        "ldm sp, " ALL steps                                                                     \
        "stmia r9!, " ALL                                                                        \
        "ldrd r1, r3, [r11], #8\n"                                                               \
        "cmp r1, #0\n"                                                                           \
        "bne 2b\n"                                                                               \
        "adds r5, #2*" k "\n" NEXT_PAIR END)
#define FEW_BYTES(k, o, w) STEP_(BYTES, NEAR(k, o, w, "16"))
#define FEW_HALVES(k, o, w) STEP_(HALVES, NEAR(k, o, w, "8"))

EF_MVE_NAKED void ef_mve_dots_24(ARGUMENTS) { FEW("24", FEW_BYTES("24", "0", "0") FEW_HALVES("24", "16", "32")); }
EF_MVE_NAKED void ef_mve_dots_40(ARGUMENTS) {
    FEW("40", FEW_BYTES("40", "0", "0") FEW_BYTES("40", "16", "32") FEW_HALVES("40", "32", "64"));
}
EF_MVE_NAKED void ef_mve_dots_48(ARGUMENTS) {
    FEW("48", FEW_BYTES("48", "0", "0") FEW_BYTES("48", "16", "32") FEW_BYTES("48", "32", "64"));
}
EF_MVE_NAKED void ef_mve_dots_64(ARGUMENTS) {
    FEW("64", FEW_BYTES("64", "0", "0") FEW_BYTES("64", "16", "32") FEW_BYTES("64", "32", "64")
        FEW_BYTES("64", "48", "96"));
}

/* Any depth in steps: r1, r3, r5, r7 the pixels, r9 weights, r11 counts steps; tiles have four addresses each. */
#define FAR STEP_(BYTES, "[r1], #16", "[r3], #16", "[r5], #16", "[r7], #16", "[r9], #16", "[r9], #16")
#define MANY(per, steps)                                                                         \
    __asm__ volatile(                                                                            \
        BEGIN "mov r9, r1\n"                                                                     \
        "lsrs r0, r6, #" per "\n"                                                                \
        "str r0, [sp, #52]\n"                                                                    \
        "1:\n" BIAS                                                                              \
        "ldr r11, [sp, #40]\n"                                                                   \
        "2:\n"                                                                                   \
        "ldmia r11!, {r1, r3, r5, r7}\n"                                                         \
        "cmp r1, #0\n"                                                                           \
        "beq 4f\n"                                                                               \
        "str r11, [sp, #56]\n"                                                                   \
        "ldm sp, " ALL                                                                           \
        "ldr r11, [sp, #52]\n"                                                                   \
        "3:\n" steps                                                                             \
        "subs r11, #1\n"                                                                         \
        "bne 3b\n"                                                                               \
        "ldr r1, [sp, #48]\n"                                                                    \
        "stmia r1!, " ALL                                                                        \
        "str r1, [sp, #48]\n"                                                                    \
        "ldr r1, [sp, #44]\n"                                                                    \
        "ldr r11, [sp, #56]\n"                                                                   \
        "sub r9, r9, r1, lsl #1\n"                                                               \
        "b 2b\n"                                                                                 \
        "4:\n"                                                                                   \
        "ldr r1, [sp, #44]\n"                                                                    \
        "add r9, r9, r1, lsl #1\n" NEXT_PAIR END)

EF_MVE_NAKED void ef_mve_dots_by_16(ARGUMENTS) { MANY("4", FAR); }
EF_MVE_NAKED void ef_mve_dots_by_64(ARGUMENTS) { MANY("6", FAR FAR FAR FAR); }
EF_MVE_NAKED void ef_mve_dots_by_128(ARGUMENTS) { MANY("7", FAR FAR FAR FAR FAR FAR FAR FAR); }

/* 32 bytes: the filters stay in q0-q3. r1 pixels, r5 weights, r9 sums, r11 tiles (one address each). */
#define TWICE(a, b, x0, x1)                                                                      \
    "vldrb.8 q4, [r1, #" x0 "]\n" MAC("s8", a, "q0", "q4") "vldrb.8 q5, [r1, #" x1 "]\n"         \
    MAC("s8", b, "q2", "q4") MAC("s8", a, "q1", "q5") MAC("s8", b, "q3", "q5")
EF_MVE_NAKED void ef_mve_dots_32(ARGUMENTS) {
    __asm__ volatile(
        BEGIN "mov r5, r1\n" "mov r9, r4\n"
        "1:\n" BIAS
        "ldr r11, [sp, #40]\n"
        "vldrb.8 q0, [r5]\n"
        "vldrb.8 q1, [r5, #16]\n"
        "vldrb.8 q2, [r5, #32]\n"
        "vldrb.8 q3, [r5, #48]\n"
        "ldr r1, [r11], #4\n"
        "2:\n"
        "ldm sp, " ALL
        TWICE("r0", "r8", "0", "16") TWICE("r2", "r10", "32", "48")
        TWICE("r4", "r12", "64", "80") TWICE("r6", "lr", "96", "112")
        "stmia r9!, " ALL
        "ldr r1, [r11], #4\n"
        "cmp r1, #0\n"
        "bne 2b\n"
        "adds r5, #64\n" NEXT_PAIR END);
}

/* 8 or 16 bytes: the filters of two pairs stay in q0-q3. r1 pixels, r5 weights, r9 and r7 the pairs' sums, r3 the
 * second pair's biases, r11 tiles (one address each). */
#define FOUR(t, w0, w1)                                                                          \
    MAC(t, "r0", "q4", w0) MAC(t, "r2", "q5", w0) MAC(t, "r4", "q6", w0) MAC(t, "r6", "q7", w0)  \
    MAC(t, "r8", "q4", w1) MAC(t, "r10", "q5", w1) MAC(t, "r12", "q6", w1) MAC(t, "lr", "q7", w1)
#define RESIDENT(k, t, ld)                                                                       \
    __asm__ volatile(                                                                            \
        BEGIN "mov r5, r1\n" "mov r9, r4\n"                                                      \
        "sub sp, #32\n"                                                                          \
        "1:\n"                                                                                   \
        "ldr r0, [sp, #64]\n"                                                                    \
        "ldmia r0!, {r1-r4}\n"                                                                   \
        "str r0, [sp, #64]\n"                                                                    \
        "vdup.32 q0, r1\n"                                                                       \
        "vdup.32 q1, r2\n"                                                                       \
        "vdup.32 q2, r3\n"                                                                       \
        "vdup.32 q3, r4\n"                                                                       \
        "vstrw.32 q0, [sp]\n"                                                                    \
        "vstrw.32 q1, [sp, #16]\n"                                                               \
        "vstrw.32 q2, [sp, #32]\n"                                                               \
        "vstrw.32 q3, [sp, #48]\n"                                                               \
        "ldr r11, [sp, #72]\n"                                                                   \
        "ldr r0, [sp, #76]\n" /* bytes of a pair's sums */                                       \
        "adds r7, r9, r0\n"                                                                      \
        "add r3, sp, #32\n"                                                                      \
        ld " q0, [r5]\n"                                                                         \
        ld " q1, [r5, #" k "]\n"                                                                 \
        ld " q2, [r5, #2*" k "]\n"                                                               \
        ld " q3, [r5, #3*" k "]\n"                                                               \
        "ldr r1, [r11], #4\n"                                                                    \
        "2:\n"                                                                                   \
        "ldm sp, " ALL                                                                           \
        ld " q4, [r1]\n"                                                                         \
        ld " q5, [r1, #" k "]\n"                                                                 \
        ld " q6, [r1, #2*" k "]\n"                                                               \
        ld " q7, [r1, #3*" k "]\n" FOUR(t, "q0", "q1")                                           \
        "stmia r9!, " ALL                                                                        \
        "ldm r3, " ALL FOUR(t, "q2", "q3")                                                       \
        "stmia r7!, " ALL                                                                        \
        "ldr r1, [r11], #4\n"                                                                    \
        "cmp r1, #0\n"                                                                           \
        "bne 2b\n"                                                                               \
        "mov r9, r7\n"                                                                           \
        "adds r5, #4*" k "\n"                                                                    \
        "ldr r0, [sp, #68]\n"                                                                    \
        "subs r0, #2\n"                                                                          \
        "str r0, [sp, #68]\n"                                                                    \
        "bne 1b\n"                                                                               \
        "add sp, #32\n" END)
EF_MVE_NAKED void ef_mve_dots_16(ARGUMENTS) { RESIDENT("16", "s8", "vldrb.8"); }
EF_MVE_NAKED void ef_mve_dots_8(ARGUMENTS) { RESIDENT("8", "s16", "vldrb.s16"); }

#else
typedef int ef_dots_mve_needs_helium; /* a file must not be empty */
#endif
