/* The matrix kernel of the tuned convolutions; see the header. With the DSP extension 16 products take 12 instructions,
 * and the eight outputs that they go into about 50 more. Elsewhere the same in plain C. */
#include "ef_mat_mul_s8_dsp.h"

#include "ef_dsp.h"
#include "ef_line.h"

#if EF_HAVE_DSP

/* r0 r1 values; r2 r3 weights; r4 values, r5 weights (pointers); sums of pixels 0 and 1: r6 r7 X01, r8 r9 B1, r10 r11
 * X23, r12 lr B3. On the stack: 0 entry, 4 values, 8 parameters, 12 added, 16 end of values, 24 out, 28 step of pixels,
 * 32 end of out. */
#define STEP /* 44 bytes: the entry depends on it */ \
    "ldmia r4!, {r0, r1}\n"                          \
    "ldmia r5!, {r2, r3}\n"                          \
    "smlad r6, r0, r2, r6\n"                         \
    "smlad r7, r1, r2, r7\n"                         \
    "smlad r10, r0, r3, r10\n"                       \
    "smlad r11, r1, r3, r11\n"                       \
    "sxtb16 r2, r2\n"                                \
    "sxtb16 r3, r3\n"                                \
    "smlad r8, r0, r2, r8\n"                         \
    "smlad r9, r1, r2, r9\n"                         \
    "smlad r12, r0, r3, r12\n"                       \
    "smlad lr, r1, r3, lr\n"

/* Eight steps a turn; the first turn is entered where as many are left as do not fill one. */
#define BEGIN                           \
    "push {r4-r11, lr}\n"               \
    "sub sp, sp, #36\n"                 \
    "ldmia r0, {r4, r5, r6, r7, r8}\n"  \
    "ldrd r9, r10, [r0, #24]\n"         \
    "ldr r11, [r0, #20]\n"              \
    "add r1, r4, r9, lsl #3\n"          \
    "rsb r9, r9, #0\n"                  \
    "and r9, r9, #7\n"                  \
    "movs r2, #44\n"                    \
    "adr.w r3, 1f\n"                    \
    "mla r3, r9, r2, r3\n"              \
    "orr r3, r3, #1\n"                  \
    "add r10, r7, r10, lsl #2\n"        \
    "strd r3, r4, [sp]\n"               \
    "strd r6, r11, [sp, #8]\n"          \
    "str r1, [sp, #16]\n"               \
    "strd r7, r8, [sp, #24]\n"          \
    "str r10, [sp, #32]\n"              \
    "2:\n" /* four channels */          \
    "ldrd r3, r4, [sp]\n"               \
    "ldr r0, [sp, #8]\n"
#define STEPS                           \
    "bx r3\n"                           \
    ".balign 4\n"                       \
    "1:\n" STEP STEP STEP STEP STEP STEP STEP STEP \
    "ldr r0, [sp, #16]\n"               \
    "cmp r4, r0\n"                      \
    "bne 1b\n"                          \
    "ldrd r0, r4, [sp, #8]\n"
#define END                             \
    "str r0, [sp, #8]\n"                \
    "ldrd r0, r1, [sp, #24]\n"          \
    "ldr r2, [sp, #32]\n"               \
    "bfi r7, r9, #8, #8\n"              \
    "bfi r6, r8, #8, #8\n"              \
    "bfi r7, r11, #16, #8\n"            \
    "bfi r6, r10, #16, #8\n"            \
    "bfi r7, lr, #24, #8\n"             \
    "bfi r6, r12, #24, #8\n"            \
    "str r7, [r0, r1]\n"                \
    "str r6, [r0], #4\n"                \
    "str r0, [sp, #24]\n"               \
    "cmp r0, r2\n"                      \
    "bne 2b\n"                          \
    "add sp, sp, #36\n"                 \
    "pop {r4-r11, pc}\n"

/* Two channels of two pixels. */
#define LINE(x0, x1, b0, b1, shift)     \
    "ldmia r0!, {r1, r2, r3}\n"         \
    "sub " x0 ", " x0 ", " b0 "\n"      \
    "sub " x1 ", " x1 ", " b1 "\n"      \
    "add " b0 ", r3, " b0 ", lsl #8\n"  \
    "add " b1 ", r3, " b1 ", lsl #8\n"  \
    "smmla " x0 ", " x0 ", r1, r4\n"    \
    "smmla " x1 ", " x1 ", r1, r4\n"    \
    "smmla " b0 ", " b0 ", r2, r4\n"    \
    "smmla " b1 ", " b1 ", r2, r4\n"    \
    "ssat " x0 ", #8, " x0 ", asr " shift "\n" \
    "ssat " x1 ", #8, " x1 ", asr " shift "\n" \
    "ssat " b0 ", #8, " b0 ", asr " shift "\n" \
    "ssat " b1 ", #8, " b1 ", asr " shift "\n"

#define LINES(shift) \
    __asm__ volatile(                        \
        BEGIN                                \
        "ldmia.w r0, {r6, r8, r10, r12}\n"   \
        "mov r7, r6\n"                       \
        "mov r9, r8\n"                       \
        "mov r11, r10\n"                     \
        "mov lr, r12\n"                      \
        STEPS                                \
        "adds r0, #16\n"                     \
        LINE("r6", "r7", "r8", "r9", shift) LINE("r10", "r11", "r12", "lr", shift) END)

EF_NAKED void ef_mat_mul_line12_s8_dsp(const struct ef_mat_mul_s8_dsp *job __attribute__((unused))) { LINES("#12"); }

EF_NAKED void ef_mat_mul_line15_s8_dsp(const struct ef_mat_mul_s8_dsp *job __attribute__((unused))) { LINES("#15"); }

#define TWICE(p, q) /* multiplier r2, power r3, zero point r4 */ \
    "smmlar " p ", " p ", r2, " p "\n"        \
    "smmlar " q ", " q ", r2, " q "\n"        \
    "add " p ", " p ", " p ", asr #31\n"      \
    "add " q ", " q ", " q ", asr #31\n"      \
    "smmlar " p ", " p ", r3, r4\n"           \
    "smmlar " q ", " q ", r3, r4\n"           \
    "ssat " p ", #8, " p "\n"                 \
    "ssat " q ", #8, " q "\n"

EF_NAKED void ef_mat_mul_twice_s8_dsp(const struct ef_mat_mul_s8_dsp *job __attribute__((unused))) {
    __asm__ volatile(
        BEGIN
        "ldmia.w r0, {r8, r12}\n"
        "mov r6, r8\n"
        "mov r7, r8\n"
        "mov r9, r8\n"
        "mov r10, r12\n"
        "mov r11, r12\n"
        "mov lr, r12\n"
        STEPS
        "adds r0, #8\n"
        "ldmia r0!, {r1, r2, r3}\n"
        "sub r6, r6, r8\n"
        "sub r7, r7, r9\n"
        "add r6, r1, r6, asr #8\n"
        "add r7, r1, r7, asr #8\n" TWICE("r6", "r7")
        "ldmia r0!, {r2, r3}\n" TWICE("r8", "r9")
        "ldmia r0!, {r1, r2, r3}\n"
        "sub r10, r10, r12\n"
        "sub r11, r11, lr\n"
        "add r10, r1, r10, asr #8\n"
        "add r11, r1, r11, asr #8\n" TWICE("r10", "r11")
        "ldmia r0!, {r2, r3}\n" TWICE("r12", "lr")
        END);
}

#else

/* Sums of four channels of one pixel: X01 B1 X23 B3 on top of what they hold. */
static void sum_up(const struct ef_mat_mul_s8_dsp *job, const int8_t *w, int pixel, uint32_t sum[4]) {
    const int16_t *x = (const int16_t *)job->values + 2 * pixel;
    for (uint32_t i = job->pairs; i > 0; i--, x += 4, w += 8) {
        for (uint32_t j = 0; j < 4u; j++) {
            const int32_t pair = (int32_t)w[2u * j] + (int32_t)w[2u * j + 1u] * 256 + (w[2u * j] < 0 ? 256 : 0);
            const uint32_t c = j / 2u * 2u;
            sum[c] += (uint32_t)(x[j % 2u] * pair);
            sum[c + 1u] += (uint32_t)(x[j % 2u] * w[2u * j]);
        }
    }
}

static void line(const struct ef_mat_mul_s8_dsp *job, uint32_t shift) {
    const int32_t *p = job->parameters;
    const int8_t *w = job->w;
    for (uint32_t block = 0; block < job->blocks; block++, p += 10, w += 8u * job->pairs) {
        for (int pixel = 1; pixel >= 0; pixel--) {
            uint32_t sum[4] = {(uint32_t)p[0], (uint32_t)p[1], (uint32_t)p[2], (uint32_t)p[3]};
            sum_up(job, w, pixel, sum);
            int8_t *out = job->out + 4u * block + pixel * job->pixel_step;
            for (uint32_t j = 0; j < 4u; j += 2u) {
                const int32_t *q = p + 4u + j / 2u * 3u;
                out[j] = ef_line_s8((int32_t)(sum[j] - sum[j + 1u]), q[0], job->added, shift);
                out[j + 1u] = ef_line_s8((int32_t)(256u * sum[j + 1u] + (uint32_t)q[2]), q[1], job->added, shift);
            }
        }
    }
}

void ef_mat_mul_line12_s8_dsp(const struct ef_mat_mul_s8_dsp *job) { line(job, 12u); }

void ef_mat_mul_line15_s8_dsp(const struct ef_mat_mul_s8_dsp *job) { line(job, 15u); }

void ef_mat_mul_twice_s8_dsp(const struct ef_mat_mul_s8_dsp *job) {
    const int32_t *p = job->parameters;
    const int8_t *w = job->w;
    for (uint32_t block = 0; block < job->blocks; block++, p += 12, w += 8u * job->pairs) {
        for (int pixel = 1; pixel >= 0; pixel--) {
            uint32_t sum[4] = {(uint32_t)p[0], (uint32_t)p[0], (uint32_t)p[1], (uint32_t)p[1]};
            sum_up(job, w, pixel, sum);
            int8_t *out = job->out + 4u * block + pixel * job->pixel_step;
            for (uint32_t j = 0; j < 4u; j += 2u) {
                const int32_t *q = p + 2u + j / 2u * 5u;
                const int32_t even = (int32_t)((uint32_t)q[0] + (uint32_t)((int32_t)(sum[j] - sum[j + 1u]) >> 8));
                out[j] = ef_twice_s8(even, q[1], q[2], job->added);
                out[j + 1u] = ef_twice_s8((int32_t)sum[j + 1u], q[3], q[4], job->added);
            }
        }
    }
}

#endif
