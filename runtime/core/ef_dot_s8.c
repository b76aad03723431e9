/* The inner loop of ef_dot4_s8() for cores with the DSP extension: 23 instructions for 16 products, all in registers,
 * which compilers do not manage. Loads need no alignment. Empty on other cores. */
#include "ef_dot_s8.h"

#if EF_HAVE_DSP

/* r0 activations; r1, r2 their even and odd bytes less the zero point (r12: its negative, twice); r3, lr weights;
 * r8-r11 the four channels' weights; r4-r7 the sums. On the stack: end, sum. */
#define CHANNEL(weights, sum)               \
    "ldr r3, [" weights "], #4\n"           \
    "sxtb16 lr, r3\n"                       \
    "sxtb16 r3, r3, ror #8\n"               \
    "smlad " sum ", r1, lr, " sum "\n"      \
    "smlad " sum ", r2, r3, " sum "\n"
#define STEP /* 92 bytes */                 \
    "ldr r2, [r0], #4\n"                    \
    "sxtab16 r1, r12, r2\n"                 \
    "sxtab16 r2, r12, r2, ror #8\n"         \
    CHANNEL("r8", "r4") CHANNEL("r9", "r5") CHANNEL("r10", "r6") CHANNEL("r11", "r7")

EF_NAKED void ef_dot4_words_s8(const int8_t *x __attribute__((unused)), const int8_t *const w[4] __attribute__((unused)),
                            const int8_t *end __attribute__((unused)), uint32_t offset __attribute__((unused)),
                            uint32_t sum[4] __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldr r4, [sp, #36]\n"
        "push {r2, r4}\n"
        "mov r12, r3\n"
        "ldm r1, {r8-r11}\n"
        "subs r3, r2, r0\n" /* words: eight a turn; the first turn is entered where as many are left */
        "lsrs r3, r3, #2\n"
        "rsb r3, r3, #0\n"
        "and r3, r3, #7\n"
        "movs r5, #92\n"
        "adr.w lr, 1f\n"
        "mla r3, r3, r5, lr\n"
        "orr r3, r3, #1\n"
        "ldm r4, {r4-r7}\n"
        "bx r3\n"
        ".balign 4\n"
        "1:\n.rept 8\n" STEP ".endr\n"
        "ldr r3, [sp]\n"
        "cmp r0, r3\n"
        "bne 1b\n"
        "pop {r2, r3}\n"
        "stm r3, {r4-r7}\n"
        "pop {r4-r11, pc}\n");
}

#else
typedef int ef_dot_s8_needs_the_dsp_extension; /* a file must not be empty */
#endif
