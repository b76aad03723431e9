/* The loops over filters of ef_conv_2d_s8.c for cores with the DSP extension; see the header. 16 products take 13
 * instructions with four windows, 15 with two; the four outputs that they go into about 50 more. Rounds twice;
 * saturates. Empty on other cores. */
#include "ef_pixels_s8.h"

#if EF_HAVE_DSP

/* r0-r3 values, r4 and lr where they are and end; r5 r6 two filters; r7 r8 their weights; r9 r10 sums of the first
 * filter for pixels 0 and 1, r11 r12 of the second. On the stack: 0 the job, 4 the entry. */
#define CHANNEL(filter, a, b)            \
    "ldr r7, [" filter "], #4\n"         \
    "sxtb16 r8, r7\n"                    \
    "sxtb16 r7, r7, ror #8\n"            \
    "smlad " a ", r0, r8, " a "\n"       \
    "smlad " b ", r1, r8, " b "\n"       \
    "smlad " a ", r2, r7, " a "\n"       \
    "smlad " b ", r3, r7, " b "\n"
#define STEP "ldmia.w r4!, {r0, r1, r2, r3}\n" CHANNEL("r5", "r9", "r10") CHANNEL("r6", "r11", "r12") /* 60 bytes */
#define STEP4 /* 52 bytes */              \
    "ldmia.w r4!, {r0, r1, r2, r3}\n"    \
    "ldr r7, [r5], #4\n"                 \
    "sxtb16 r8, r7\n"                    \
    "sxtb16 r7, r7, ror #8\n"            \
    "smlad r9, r0, r8, r9\n"             \
    "smlad r10, r1, r8, r10\n"           \
    "smlad r11, r2, r8, r11\n"           \
    "smlad r12, r3, r8, r12\n"           \
    "ldmia.w r4!, {r0, r1, r2, r3}\n"    \
    "smlad r9, r0, r7, r9\n"             \
    "smlad r10, r1, r7, r10\n"           \
    "smlad r11, r2, r7, r11\n"           \
    "smlad r12, r3, r7, r12\n"
#define TWICE(sum, multiplier) "smmlar " sum ", " sum ", " multiplier ", " sum "\n"
#define DIVIDE(sum, power)               \
    "add " sum ", " sum ", " sum ", asr #31\n" \
    "smmlar " sum ", " sum ", " power ", r7\n" \
    "ssat " sum ", #8, " sum "\n"

/* Eight steps a turn; the first turn is entered where as many are left as do not fill one. */
#define BEGIN(words_shift, step_bytes)      \
    "push {r4-r11, lr}\n"                   \
    "sub sp, sp, #12\n"                     \
    "ldrd r1, r2, [r0]\n"                   \
    "subs r2, r2, r1\n"                     \
    "lsrs r2, r2, " words_shift "\n"        \
    "rsb r2, r2, #0\n"                      \
    "and r2, r2, #7\n"                      \
    "movs r3, " step_bytes "\n"             \
    "adr.w r1, 2f\n"                        \
    "mla r1, r2, r3, r1\n"                  \
    "orr r1, r1, #1\n"                      \
    "strd r0, r1, [sp]\n"

EF_NAKED void ef_two_pixels_s8(struct ef_pixels_s8 *job __attribute__((unused))) {
    __asm__ volatile(
        BEGIN("#4", "#60")
        "1:\n" /* two channels */
        "ldrd r5, r1, [r0, #8]\n"
        "add r6, r5, r1\n"
        "add r2, r6, r1\n"
        "str r2, [r0, #8]\n"
        "ldr r1, [r0, #16]\n"
        "ldrd r9, r11, [r1], #8\n"
        "str r1, [r0, #16]\n"
        "mov r10, r9\n"
        "mov r12, r11\n"
        "ldrd r4, lr, [r0]\n"
        "ldr r1, [sp, #4]\n"
        "bx r1\n"
        ".balign 4\n"
        "2:\n" STEP STEP STEP STEP STEP STEP STEP STEP
        "cmp r4, lr\n"
        "bne 2b\n"
        "ldr r0, [sp]\n"
        "ldrd r1, r2, [r0, #20]\n"
        "ldrd r3, r4, [r1], #8\n"
        "ldrsb r5, [r2], #1\n"
        "ldrsb r6, [r2], #1\n"
        "strd r1, r2, [r0, #20]\n"
        "movs r7, #1\n"
        "lsls r3, r3, #1\n"
        "lsls r4, r4, #1\n"
        "rsb r5, r5, #0\n"
        "rsb r6, r6, #0\n"
        "ror r5, r7, r5\n"
        "ror r6, r7, r6\n"
        "ldr r7, [r0, #48]\n"
        TWICE("r9", "r3") TWICE("r10", "r3") TWICE("r11", "r4") TWICE("r12", "r4")
        DIVIDE("r9", "r5") DIVIDE("r10", "r5") DIVIDE("r11", "r6") DIVIDE("r12", "r6")
        "ldrd r1, r2, [r0, #28]\n"
        "ldr r3, [r0, #36]\n"
        "bfi r9, r11, #8, #8\n"
        "bfi r10, r12, #8, #8\n"
        "strh r10, [r1, r3]\n"
        "strh r9, [r1], #2\n"
        "str r1, [r0, #28]\n"
        "cmp r1, r2\n"
        "bne 1b\n"
        "add sp, sp, #12\n"
        "pop {r4-r11, pc}\n");
}

EF_NAKED void ef_four_pixels_s8(struct ef_pixels_s8 *job __attribute__((unused))) {
    __asm__ volatile(
        BEGIN("#5", "#52")
        "1:\n" /* one channel */
        "ldrd r5, r1, [r0, #8]\n"
        "add r2, r5, r1\n"
        "str r2, [r0, #8]\n"
        "ldr r1, [r0, #16]\n"
        "ldr r9, [r1], #4\n"
        "str r1, [r0, #16]\n"
        "mov r10, r9\n"
        "mov r11, r9\n"
        "mov r12, r9\n"
        "ldrd r4, lr, [r0]\n"
        "ldr r1, [sp, #4]\n"
        "bx r1\n"
        ".balign 4\n"
        "2:\n" STEP4 STEP4 STEP4 STEP4 STEP4 STEP4 STEP4 STEP4
        "cmp r4, lr\n"
        "bne 2b\n"
        "ldr r0, [sp]\n"
        "ldrd r1, r2, [r0, #20]\n"
        "ldr r3, [r1], #4\n"
        "ldrsb r5, [r2], #1\n"
        "strd r1, r2, [r0, #20]\n"
        "movs r7, #1\n"
        "lsls r3, r3, #1\n"
        "rsb r5, r5, #0\n"
        "ror r5, r7, r5\n"
        "ldr r7, [r0, #48]\n"
        TWICE("r9", "r3") TWICE("r10", "r3") TWICE("r11", "r3") TWICE("r12", "r3")
        DIVIDE("r9", "r5") DIVIDE("r10", "r5") DIVIDE("r11", "r5") DIVIDE("r12", "r5")
        "ldrd r1, r2, [r0, #28]\n"
        "ldrd r3, r4, [r0, #36]\n"
        "ldr r5, [r0, #44]\n"
        "strb r12, [r1, r5]\n"
        "strb r11, [r1, r4]\n"
        "strb r10, [r1, r3]\n"
        "strb r9, [r1], #1\n"
        "str r1, [r0, #28]\n"
        "cmp r1, r2\n"
        "bne 1b\n"
        "add sp, sp, #12\n"
        "pop {r4-r11, pc}\n");
}

#else
typedef int ef_pixels_s8_needs_the_dsp_extension; /* a file must not be empty */
#endif
