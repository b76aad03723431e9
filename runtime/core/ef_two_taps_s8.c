/* The loop over channels of ef_depthwise_conv_2d_s8.c for cores with the DSP extension; see the header. Eight outputs
 * take about 235 instructions. Rounds twice; saturates. Empty on other cores. */
#include "ef_two_taps_s8.h"

#if EF_HAVE_DSP

/* r0-r3 sums of the first window, r4-r7 of the second; r8 r9 input, r11 r12 weights (even and odd channels); r10 the
 * channel; lr the offset. On the stack: a copy of the job. */
#define INPUT(place)                    \
    "ldr r8, [sp, #(" place ")]\n"      \
    "ldr r9, [r8, r10]\n"               \
    "sxtab16 r8, lr, r9\n"              \
    "sxtab16 r9, lr, r9, ror #8\n"
#define WEIGHTS(place)                  \
    "ldr r11, [sp, #(" place ")]\n"     \
    "ldr r12, [r11, r10]\n"             \
    "sxtb16 r11, r12\n"                 \
    "sxtb16 r12, r12, ror #8\n"
#define FIRST                           \
    "smlabb r0, r8, r11, r0\n"          \
    "smlabb r1, r9, r12, r1\n"          \
    "smlatt r2, r8, r11, r2\n"          \
    "smlatt r3, r9, r12, r3\n"
#define SECOND                          \
    "smlabb r4, r8, r11, r4\n"          \
    "smlabb r5, r9, r12, r5\n"          \
    "smlatt r6, r8, r11, r6\n"          \
    "smlatt r7, r9, r12, r7\n"
#define ROWS /* places of a row: 16 * row + 4 * column, 48 + 12 * row + 4 * column */ \
    ".irp row, 0, 1, 2\n" \
    INPUT("16*\\row") WEIGHTS("48+12*\\row") FIRST INPUT("16*\\row+4") SECOND WEIGHTS("52+12*\\row") FIRST \
    INPUT("16*\\row+8") SECOND WEIGHTS("56+12*\\row") FIRST INPUT("16*\\row+12") SECOND \
    ".endr\n"
#define MULTIPLY(a, b, multiplier)               \
    "lsl " multiplier ", " multiplier ", #1\n"   \
    "smmlar " a ", " a ", " multiplier ", " a "\n" \
    "smmlar " b ", " b ", " multiplier ", " b "\n" \
    "add " a ", " a ", " a ", asr #31\n"         \
    "add " b ", " b ", " b ", asr #31\n"
#define DIVIDE(a, b, byte)                       \
    "ubfx r9, lr, " byte ", #8\n"                \
    "ror r9, r8, r9\n"                           \
    "smmlar " a ", " a ", r9, r11\n"             \
    "smmlar " b ", " b ", r9, r11\n"             \
    "ssat " a ", #8, " a "\n"                    \
    "ssat " b ", #8, " b "\n"

EF_NAKED void ef_two_taps_s8(const struct ef_two_taps_s8 *job __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #116\n"
        "mov r12, sp\n"
        "ldmia r0!, {r1-r10}\nstmia r12!, {r1-r10}\n"
        "ldmia r0!, {r1-r10}\nstmia r12!, {r1-r10}\n"
        "ldmia r0, {r1-r9}\nstmia r12, {r1-r9}\n"
        "mov r10, #0\n"
        "1:\n" /* four channels */
        "ldr r8, [sp, #84]\n"
        "ldr lr, [sp, #108]\n"
        "add r8, r8, r10, lsl #2\n"
        "ldmia r8, {r0-r3}\n"
        "mov r4, r0\n"
        "mov r5, r1\n"
        "mov r6, r2\n"
        "mov r7, r3\n"
        ROWS
        "ldrd r8, lr, [sp, #88]\n"
        "add r8, r8, r10, lsl #2\n"
        "ldmia r8, {r8, r9, r11, r12}\n"
        "ldr lr, [lr, r10]\n"
        MULTIPLY("r0", "r4", "r8") MULTIPLY("r1", "r5", "r9") MULTIPLY("r2", "r6", "r11") MULTIPLY("r3", "r7", "r12")
        "mov r8, #0\n"
        "ssub8 lr, r8, lr\n"
        "ldr r11, [sp, #112]\n"
        "mov r8, #1\n"
        DIVIDE("r0", "r4", "#0") DIVIDE("r1", "r5", "#8") DIVIDE("r2", "r6", "#16") DIVIDE("r3", "r7", "#24")
        "bfi r0, r1, #8, #8\n"
        "bfi r4, r5, #8, #8\n"
        "bfi r0, r2, #16, #8\n"
        "bfi r4, r6, #16, #8\n"
        "bfi r0, r3, #24, #8\n"
        "bfi r4, r7, #24, #8\n"
        "ldr r8, [sp, #96]\n"
        "ldrd r9, r11, [sp, #100]\n"
        "add r9, r9, r8\n"
        "str r4, [r9, r10]\n"
        "str r0, [r8, r10]\n"
        "add r10, r10, #4\n"
        "cmp r10, r11\n"
        "bne 1b\n"
        "add sp, sp, #116\n"
        "pop {r4-r11, pc}\n");
}

#else
typedef int ef_two_taps_s8_needs_the_dsp_extension; /* a file must not be empty */
#endif
