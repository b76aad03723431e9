/* FULLY_CONNECTED, int8, for ahead-of-time builds: four channels against one row of values at a time. Rounds as
 * LiteRT's reference does, times a double and halves away from zero, which the compiler has proved of one
 * multiplication for these very weights (EF_TFLM_FULLY_CONNECTED does not matter here).
 *
 * Weights: for each four channels and each two values two words as in ef_mat_mul_s8_dsp.h, values by fours as pairs (0,
 * 2), (1, 3); then those of the last channels, fewer than four, as the model has them. Parameters: X01 B1 X23 B3 and
 * four multipliers for each four channels; then biases and multipliers of the last channels, by turns.
 *
 * With the DSP extension 32 products take 27 instructions where the values have been made int16 in scratch, and 31
 * without scratch. The compiler checks: depth a multiple of 8; the sums; that no offsets are needed. */
#include "ef_clamp_s8.h"
#include "ef_dsp.h"
#include "ef_line.h"
#include "ef_tuned.h"

struct record {
    uint32_t rows, depth, channels;
    int32_t added, shift; /* as in ef_line_s8() */
    int16_t min, max;
};

/* Read and advanced by the assembly, which knows the offsets. */
struct job {
    const void *values;        /*  0: of one row, int16 or int8 */
    const int8_t *w;           /*  4 */
    const int32_t *parameters; /*  8 */
    int8_t *out;               /* 12 */
    int8_t *end;               /* 16: of out, above it */
    int32_t added;             /* 20 */
    int32_t shift;             /* 24 */
    uint32_t steps;            /* 28: depth / 8, above 0 */
};

#if EF_HAVE_DSP

/* r0-r3 weights; r4 r5 r12 lr values; r6 values, r7 weights (pointers); r8 X01, r9 B1, r10 X23, r11 B3. On the stack: 0
 * entry, 4 values, 8 end of values, 12 parameters, 16 out, 20 end of out, 24 added, 28 shift. */
#define HALF(a, b)                                                                      \
    "ldmia r7!, {r0-r3}\n"                                                              \
    "smlad r8, " a ", r0, r8\nsmlad r10, " a ", r1, r10\n"                              \
    "smlad r8, " b ", r2, r8\nsmlad r10, " b ", r3, r10\n"                              \
    "sxtb16 r0, r0\nsxtb16 r1, r1\nsxtb16 r2, r2\nsxtb16 r3, r3\n"                      \
    "smlad r9, " a ", r0, r9\nsmlad r11, " a ", r1, r11\n"                              \
    "smlad r9, " b ", r2, r9\nsmlad r11, " b ", r3, r11\n"
#define WIDE "ldmia.w r6!, {r4, r5, r12, lr}\n" HALF("r4", "r5") HALF("r12", "lr") /* 104 bytes */
#define NARROW                          /* 120 bytes */                                 \
    "ldrd r4, r12, [r6], #8\n"                                                          \
    "sxtb16 r5, r4, ror #8\n"                                                           \
    "sxtb16 r4, r4\n"                                                                   \
    "sxtb16 lr, r12, ror #8\n"                                                          \
    "sxtb16 r12, r12\n" HALF("r4", "r5") HALF("r12", "lr")

#define FOUR_CHANNELS(count, step, mask, step_bytes, value_shift)                       \
    __asm__ volatile(                                                                   \
        "push {r4-r11, lr}\n"                                                           \
        "sub sp, sp, #36\n"                                                             \
        "ldmia r0, {r4, r7, r8, r9, r10, r11, r12, lr}\n"                               \
        "add r3, r4, lr, lsl " value_shift "\n"                                         \
        "rsb lr, lr, #0\n"                                                              \
        "and lr, lr, " mask "\n"                                                        \
        "movs r2, " step_bytes "\n"                                                     \
        "adr.w r1, 1f\n"                                                                \
        "mla r2, lr, r2, r1\n"                                                          \
        "orr r2, r2, #1\n"                                                              \
        "strd r2, r4, [sp]\n"                                                           \
        "strd r3, r8, [sp, #8]\n"                                                       \
        "strd r9, r10, [sp, #16]\n"                                                     \
        "strd r11, r12, [sp, #24]\n"                                                    \
        "2:\n" /* four channels */                                                      \
        "ldrd r2, r6, [sp]\n"                                                           \
        "ldr r0, [sp, #12]\n"                                                           \
        "ldmia r0, {r8-r11}\n"                                                          \
        "bx r2\n"                                                                       \
        ".balign 4\n"                                                                   \
        "1:\n.rept " count "\n" step ".endr\n"                                          \
        "ldr r0, [sp, #8]\n"                                                            \
        "cmp r6, r0\n"                                                                  \
        "bne 1b\n"                                                                      \
        "ldrd r0, lr, [sp, #12]\n"                                                      \
        "adds r0, #16\n"                                                                \
        "ldmia r0!, {r1-r4}\n"                                                          \
        "str r0, [sp, #12]\n"                                                           \
        "ldrd r5, r12, [sp, #24]\n"                                                     \
        "sub r8, r8, r9\n"                                                              \
        "lsl r9, r9, #8\n"                                                              \
        "sub r10, r10, r11\n"                                                           \
        "lsl r11, r11, #8\n"                                                            \
        "smmla r8, r8, r1, r5\n"                                                        \
        "smmla r9, r9, r2, r5\n"                                                        \
        "smmla r10, r10, r3, r5\n"                                                      \
        "smmla r11, r11, r4, r5\n"                                                      \
        "asr r8, r8, r12\n"                                                             \
        "asr r9, r9, r12\n"                                                             \
        "asr r10, r10, r12\n"                                                           \
        "asr r11, r11, r12\n"                                                           \
        "ssat r8, #8, r8\n"                                                             \
        "ssat r9, #8, r9\n"                                                             \
        "ssat r10, #8, r10\n"                                                           \
        "ssat r11, #8, r11\n"                                                           \
        "bfi r8, r9, #8, #8\n"                                                          \
        "bfi r8, r10, #16, #8\n"                                                        \
        "bfi r8, r11, #24, #8\n"                                                        \
        "ldr r0, [sp, #20]\n"                                                           \
        "str r8, [lr], #4\n"                                                            \
        "str lr, [sp, #16]\n"                                                           \
        "cmp lr, r0\n"                                                                  \
        "bne 2b\n"                                                                      \
        "add sp, sp, #36\n"                                                             \
        "pop {r4-r11, pc}\n")

EF_NAKED static void wide_channels(const struct job *job __attribute__((unused))) {
    FOUR_CHANNELS("8", WIDE, "#7", "#104", "#4");
}

EF_NAKED static void narrow_channels(const struct job *job __attribute__((unused))) {
    FOUR_CHANNELS("4", NARROW, "#3", "#120", "#3");
}

#else

static void make_channels(const struct job *job, int wide) {
    const int32_t *p = job->parameters;
    const int8_t *w = job->w;
    for (int8_t *out = job->out; out != job->end; out += 4, p += 8) {
        uint32_t sum[4] = {(uint32_t)p[0], (uint32_t)p[1], (uint32_t)p[2], (uint32_t)p[3]};
        for (uint32_t i = 0; i < 8u * job->steps; i += 2u, w += 8) {
            const int16_t *x = (const int16_t *)job->values + i;
            const int8_t *y = (const int8_t *)job->values + (i & ~3u) + (i & 2u) / 2u;
            for (uint32_t j = 0; j < 4u; j++) {
                const int32_t value = wide ? x[j % 2u] : y[2u * (j % 2u)];
                const int32_t pair = (int32_t)w[2u * j] + (int32_t)w[2u * j + 1u] * 256 + (w[2u * j] < 0 ? 256 : 0);
                sum[j / 2u * 2u] += (uint32_t)(value * pair);
                sum[j / 2u * 2u + 1u] += (uint32_t)(value * w[2u * j]);
            }
        }
        for (uint32_t j = 0; j < 4u; j++) {
            const uint32_t value = j % 2u ? 256u * sum[j] : sum[j] - sum[j + 1u];
            out[j] = ef_line_s8((int32_t)value, p[4u + j], job->added, (uint32_t)job->shift);
        }
    }
}

static void wide_channels(const struct job *job) { make_channels(job, 1); }

static void narrow_channels(const struct job *job) { make_channels(job, 0); }

#endif

static int32_t dot(const int8_t *x, const int8_t *w, uint32_t depth, int32_t sum) {
    for (; depth > 0; depth -= 4u, x += 4, w += 4) {
        const uint32_t a = ef_dsp_load(x), b = ef_dsp_load(w);
        sum = ef_dsp_mac_both(ef_dsp_even(a), ef_dsp_even(b), sum);
        sum = ef_dsp_mac_both(ef_dsp_odd(a), ef_dsp_odd(b), sum);
    }
    return sum;
}

static inline void run(const struct ef_call *call, int wide) {
    const struct record *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t depth = record->depth, channels = record->channels, whole = channels & ~3u;
    for (uint32_t row = 0; row < record->rows; row++, in += depth, out += channels) {
        const struct job job = {wide ? call->scratch : in, call->inputs[1], call->inputs[2], out, out + whole,
                                record->added, record->shift, depth / 8u};
        if (wide) {
            uint32_t *d = call->scratch;
            for (uint32_t i = 0; i < depth; i += 8u, d += 4) {
                const uint32_t a = ef_dsp_load(in + i), b = ef_dsp_load(in + i + 4u);
                d[0] = ef_dsp_even(a);
                d[1] = ef_dsp_odd(a);
                d[2] = ef_dsp_even(b);
                d[3] = ef_dsp_odd(b);
            }
            if (whole) wide_channels(&job);
        } else if (whole) {
            narrow_channels(&job);
        }
        const int8_t *w = job.w + whole * depth;
        const int32_t *p = job.parameters + 2u * whole;
        for (uint32_t o = whole; o < channels; o++, w += depth, p += 2) {
            const uint32_t sum = (uint32_t)dot(in, w, depth, p[0]);
            out[o] = ef_line_s8((int32_t)(256u * sum), p[1], record->added, (uint32_t)record->shift);
        }
        if (record->min > -128 || record->max < 127) ef_clamp_s8(out, channels, record->min, record->max);
    }
}

/* Scratch: two bytes for each of `depth`. */
void ef_fully_connected_wide_s8_dsp_invoke(const struct ef_call *call) { run(call, 1); }

/* No scratch. */
void ef_fully_connected_narrow_s8_dsp_invoke(const struct ef_call *call) { run(call, 0); }
