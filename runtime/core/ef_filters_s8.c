/* The loops over output channels of ef_conv_2d_s8.c and ef_depthwise_conv_2d_s8.c for cores with the DSP extension;
 * see the header. Per four channels 23 instructions for four input bytes (convolution) and 10 for a tap (depthwise);
 * per four outputs about 60 more. Loads of words of bytes need no alignment. Empty on other cores. */
#include "ef_filters_s8.h"

#if EF_HAVE_DSP

void ef_filters_s8_init(struct ef_filters_s8 *filters, const struct ef_channels_s8 *channels, const int32_t *bias,
                        uint32_t out_c, int8_t *out) {
    filters->bias = bias;
    filters->multipliers = ef_channels_s8_multipliers(channels);
    filters->shifts = ef_channels_s8_shifts(channels);
    filters->blocks = out_c / 4u;
    filters->out = out;
    filters->offset = ef_dsp_pair(-channels->in_zero_point);
    filters->zero_point = channels->out_zero_point;
    filters->min = (uint8_t)channels->min * 0x01010101u;
    filters->max = (uint8_t)channels->max * 0x01010101u;
    filters->channel = 0;
}

/* As ef_requantize() with the zero point in the last step: r2 the four negated shifts, r3 the zero point, r12 = 1. */
#define OUTPUT(sum, multiplier, byte)                       \
    "lsl " multiplier ", " multiplier ", #1\n"              \
    "smmlar " sum ", " sum ", " multiplier ", " sum "\n"    \
    "ubfx lr, r2, " byte ", #8\n"                           \
    "add " sum ", " sum ", " sum ", asr #31\n"              \
    "ror lr, r12, lr\n"                                     \
    "smmlar " sum ", " sum ", lr, r3\n"                     \
    "ssat " sum ", #8, " sum "\n"

/* Requantizes and stores r4-r7; r0 the arguments; then back to label 1 while there are channels left. */
#define STORE \
    "ldr r1, [r0, #24]\n" \
    "ldr r2, [r0, #28]\n" \
    "ldm r1!, {r8-r11}\n" \
    "str r1, [r0, #24]\n" \
    "mov r12, #0\n" \
    "ldr r1, [r2], #4\n" \
    "str r2, [r0, #28]\n" \
    "ssub8 r2, r12, r1\n" \
    "ldr r3, [r0, #44]\n" \
    "mov r12, #1\n" \
    OUTPUT("r4", "r8", "#0") OUTPUT("r5", "r9", "#8") OUTPUT("r6", "r10", "#16") OUTPUT("r7", "r11", "#24") \
    "bfi r4, r5, #8, #8\n" \
    "bfi r4, r6, #16, #8\n" \
    "bfi r4, r7, #24, #8\n" \
    "ldrd r1, r2, [r0, #48]\n" \
    "ssub8 r3, r4, r1\n" \
    "sel r4, r4, r1\n" \
    "ssub8 r3, r2, r4\n" \
    "sel r4, r4, r2\n" \
    "ldrd r2, r1, [r0, #32]\n" \
    "str r4, [r1], #4\n" \
    "subs r2, r2, #1\n" \
    "strd r2, r1, [r0, #32]\n" \
    "bne 1b\n"

/* r0 input; r1, r2 its even and odd bytes less the zero point (r12: its negative, twice); r3, lr weights; r8-r11 the
 * four filters; r4-r7 the sums. On the stack: 0 the arguments, 4 the run's end, 8 the next run. */
#define CHANNEL(weights, sum)               \
    "ldr r3, [" weights "], #4\n"           \
    "sxtb16 lr, r3\n"                       \
    "sxtb16 r3, r3, ror #8\n"               \
    "smlad " sum ", r1, lr, " sum "\n"      \
    "smlad " sum ", r2, r3, " sum "\n"
#define STEP                                \
    "ldr r2, [r0], #4\n"                    \
    "sxtab16 r1, r12, r2\n"                 \
    "sxtab16 r2, r12, r2, ror #8\n"         \
    CHANNEL("r8", "r4") CHANNEL("r9", "r5") CHANNEL("r10", "r6") CHANNEL("r11", "r7")

EF_NAKED void ef_filters_s8(struct ef_filters_s8 *filters __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #12\n"
        "str r0, [sp]\n"
        "1:\n" /* four channels */
        "ldr r1, [r0, #16]\n"
        "ldr r8, [r0, #12]\n"
        "add r9, r8, r1\n"
        "add r10, r9, r1\n"
        "add r11, r10, r1\n"
        "add r1, r11, r1\n"
        "str r1, [r0, #12]\n"
        "ldr r1, [r0, #20]\n"
        "ldr r12, [r0, #40]\n"
        "ldm r1!, {r4-r7}\n"
        "str r1, [r0, #20]\n"
        "ldr r1, [r0]\n"
        "2:\n" /* a run */
        "ldr r2, [r0, #8]\n"
        "ldr r0, [r1], #4\n"
        "add r3, r0, r2\n"
        "strd r3, r1, [sp, #4]\n"
        "tst r2, #4\n"
        "bne 4f\n" /* an odd number of words: into the middle */
        "3:\n" STEP
        "4:\n" STEP
        "ldr r3, [sp, #4]\n"
        "cmp r0, r3\n"
        "bne 3b\n"
        "ldr r0, [sp]\n"
        "ldr r1, [sp, #8]\n"
        "ldr r2, [r0, #56]\n"
        "add r8, r8, r2\n"
        "add r9, r9, r2\n"
        "add r10, r10, r2\n"
        "add r11, r11, r2\n"
        "ldr r2, [r0, #4]\n"
        "cmp r1, r2\n"
        "bne 2b\n"
        STORE
        "add sp, sp, #12\n"
        "pop {r4-r11, pc}\n");
}

/* r0 input, r1 weights, r2 bytes of a pixel, r10 the channel, r11 the next row's pointer, r12 as above. On the stack: 0
 * the arguments, 4 bytes of a row of weights, 8 the end of the rows. */
#define TAP(address)                        \
    "ldr r3, [r0" address "]\n"             \
    "ldr r8, [r1" address "]\n"             \
    "sxtab16 lr, r12, r3\n"                 \
    "sxtab16 r3, r12, r3, ror #8\n"         \
    "sxtb16 r9, r8\n"                       \
    "sxtb16 r8, r8, ror #8\n"               \
    "smlabb r4, lr, r9, r4\n"               \
    "smlabb r5, r3, r8, r5\n"               \
    "smlatt r6, lr, r9, r6\n"               \
    "smlatt r7, r3, r8, r7\n"
#define ROW(label, third)                   \
    label ":\n"                             \
    "ldr r0, [r11], #4\n"                   \
    "add r0, r0, r10\n"                     \
    TAP("") TAP(", r2") third               \
    "ldrd r3, r8, [sp, #4]\n"               \
    "add r1, r1, r3\n"                      \
    "cmp r11, r8\n"                         \
    "bne " label "b\n"

EF_NAKED void ef_taps_s8(struct ef_filters_s8 *taps __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #12\n"
        "str r0, [sp]\n"
        "ldr r1, [r0, #16]\n"
        "ldr r2, [r0, #4]\n"
        "strd r1, r2, [sp, #4]\n"
        "1:\n" /* four channels */
        "ldr r1, [r0, #12]\n"
        "ldr r12, [r0, #40]\n"
        "ldrd r2, r10, [r0, #56]\n"
        "add r3, r1, #4\n"
        "str r3, [r0, #12]\n"
        "add r3, r10, #4\n"
        "str r3, [r0, #60]\n"
        "ldr r3, [r0, #20]\n"
        "ldr r11, [r0]\n"
        "ldm r3!, {r4-r7}\n"
        "str r3, [r0, #20]\n"
        "ldr r3, [r0, #8]\n"
        "cmp r3, #3\n"
        "bne 3f\n"
        ROW("2", TAP(", r2, lsl #1"))
        "b 4f\n"
        ROW("3", "")
        "4:\n"
        "ldr r0, [sp]\n"
        STORE
        "add sp, sp, #12\n"
        "pop {r4-r11, pc}\n");
}

#else
typedef int ef_filters_s8_needs_the_dsp_extension; /* a file must not be empty */
#endif
