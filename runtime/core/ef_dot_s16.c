/* The inner loops of int16 operators for cores with the DSP extension; see the header. Loads need no alignment. Empty on
 * other cores. */
#include "ef_dot_s16.h"

#if EF_HAVE_DSP

/* Eight steps a turn; the first turn is entered where as many are left as do not fill one. `bytes` become the address
 * in `entry`. */
#define ENTRY(bytes, entry, free, shift, step) \
    "lsrs " bytes ", " bytes ", " shift "\n"   \
    "rsb " bytes ", " bytes ", #0\n"           \
    "and " bytes ", " bytes ", #7\n"           \
    "movs " free ", " step "\n"                \
    "adr.w " entry ", 2f\n"                    \
    "mla " entry ", " bytes ", " free ", " entry "\n" \
    "orr " entry ", " entry ", #1\n"

/* r0 activations; r1, r12 their even and odd halves; r3, lr weights; r8-r11 the four channels' weights; r4-r7 the sums.
 * On the stack: end, sum. */
#define CHANNEL(weights, sum)               \
    "ldr r3, [" weights "], #4\n"           \
    "sxtb16 lr, r3\n"                       \
    "sxtb16 r3, r3, ror #8\n"               \
    "smlad " sum ", r1, lr, " sum "\n"      \
    "smlad " sum ", r12, r3, " sum "\n"
#define STEP /* 96 bytes */                 \
    "ldr r1, [r0], #4\n"                    \
    "ldr r2, [r0], #4\n"                    \
    "pkhtb r12, r2, r1, asr #16\n"          \
    "pkhbt r1, r1, r2, lsl #16\n"           \
    CHANNEL("r8", "r4") CHANNEL("r9", "r5") CHANNEL("r10", "r6") CHANNEL("r11", "r7")

EF_NAKED void ef_dot4_words_s16(const int16_t *x __attribute__((unused)), const int8_t *const w[4] __attribute__((unused)),
                                const int16_t *end __attribute__((unused)), int32_t sum[4] __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "push {r2, r3}\n"
        "ldm r3, {r4-r7}\n"
        "ldm r1, {r8-r11}\n"
        "subs r3, r2, r0\n"
        ENTRY("r3", "lr", "r2", "#3", "#96")
        "bx lr\n"
        ".balign 4\n"
        "2:\n.rept 8\n" STEP ".endr\n"
        "ldr r3, [sp]\n"
        "cmp r0, r3\n"
        "bne 2b\n"
        "pop {r2, r3}\n"
        "stm r3, {r4-r7}\n"
        "pop {r4-r11, pc}\n");
}

/* r0-r3 values, r4 and lr where they are and end; r5 a filter; r7 r8 its weights; r9-r12 sums; r6 where they go. On the
 * stack: the entry, the job. */
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

EF_NAKED void ef_four_windows_s16(const struct ef_windows_s16 *job __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #12\n"
        "ldrd r1, lr, [r0]\n"
        "subs r2, lr, r1\n"
        ENTRY("r2", "r1", "r3", "#5", "#52")
        "strd r1, r0, [sp]\n"
        "ldr r5, [r0, #8]\n"
        "ldr r6, [r0, #16]\n"
        "1:\n"
        "mov r9, #0\n"
        "mov r10, #0\n"
        "mov r11, #0\n"
        "mov r12, #0\n"
        "ldr r4, [r0]\n"
        "bx r1\n"
        ".balign 4\n"
        "2:\n.rept 8\n" STEP4 ".endr\n"
        "cmp r4, lr\n"
        "bne 2b\n"
        "ldrd r1, r0, [sp]\n"
        "ldr r2, [r0, #12]\n"
        "ldr r3, [r0, #20]\n"
        "stmia.w r6!, {r9-r12}\n"
        "subs r5, r5, r2\n"
        "cmp r6, r3\n"
        "bne 1b\n"
        "add sp, sp, #12\n"
        "pop {r4-r11, pc}\n");
}

#else
typedef int ef_dot_s16_needs_the_dsp_extension; /* a file must not be empty */
#endif
