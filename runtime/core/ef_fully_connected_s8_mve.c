/* FULLY_CONNECTED, int8, for Helium; see the header. Eight output channels at once in the eight even core registers: 17
 * instructions for 128 products. Where a row has 128 bytes most of it stays in vector registers: 16.3. */
#include "ef_fully_connected_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

struct dots {
    const int8_t *x;     /*  0 */
    uint32_t steps;      /*  4: of 16 */
    uint32_t groups;     /*  8: of eight channels */
    const int8_t *w;     /* 12: advanced */
    const int32_t *bias; /* 16: advanced */
    int32_t *sums;       /* 20 */
};

#define ALL "{r0, r2, r4, r6, r8, r10, r12, lr}\n"
#define M(r, x, w) "vldrb.8 " w ", [r3], #16\n" "vmladava.s8 " r ", " x ", " w "\n"
#define EIGHT(x, a, b)                                                                           \
    M("r0", x, a) M("r2", x, b) M("r4", x, a) M("r6", x, b) M("r8", x, a) M("r10", x, b) M("r12", x, a) M("lr", x, b)
#define STEP "vldrb.8 q0, [r1], #16\n" EIGHT("q0", "q1", "q2")
#define BEGIN                                                                                    \
    "push {r0, r4-r11, lr}\n"                                                                    \
    "vpush {d8-d15}\n"                                                                           \
    "mov r11, r0\n"                                                                              \
    "ldrd r3, r7, [r11, #12]\n"                                                                  \
    "ldr r9, [r11, #20]\n"
#define END                                                                                      \
    "strd r3, r7, [r11, #12]\n"                                                                  \
    "vpop {d8-d15}\n"                                                                            \
    "pop {r0, r4-r11, pc}\n"

EF_MVE_NAKED static void dots_any(struct dots *dots __attribute__((unused))) {
    __asm__ volatile(
        BEGIN
        "1:\n"
        "ldrd r1, r5, [r11]\n"
        "ldmia r7!, " ALL
        "lsrs r5, #2\n"
        "beq 3f\n"
        "2:\n" STEP STEP STEP STEP
        "subs r5, #1\n"
        "bne 2b\n"
        "3:\n"
        "ldr r5, [r11, #4]\n"
        "ands r5, #3\n"
        "beq 5f\n"
        "4:\n" STEP
        "subs r5, #1\n"
        "bne 4b\n"
        "5:\n"
        "stmia r9!, " ALL
        "ldr r0, [r11, #8]\n"
        "subs r0, #1\n"
        "str r0, [r11, #8]\n"
        "bne 1b\n" END);
}

EF_MVE_NAKED static void dots_128(struct dots *dots __attribute__((unused))) {
    __asm__ volatile(
        BEGIN
        "ldr r1, [r11]\n"
        "ldr r5, [r11, #8]\n"
        "vldrb.8 q0, [r1]\n"
        "vldrb.8 q1, [r1, #16]\n"
        "vldrb.8 q2, [r1, #32]\n"
        "vldrb.8 q3, [r1, #48]\n"
        "vldrb.8 q4, [r1, #64]\n"
        "vldrb.8 q5, [r1, #80]\n"
        "1:\n"
        "ldmia r7!, " ALL EIGHT("q0", "q6", "q7") EIGHT("q1", "q6", "q7") EIGHT("q2", "q6", "q7")
        EIGHT("q3", "q6", "q7") EIGHT("q4", "q6", "q7") EIGHT("q5", "q6", "q7")
        "vldrb.8 q6, [r1, #96]\n" EIGHT("q6", "q7", "q7")
        "vldrb.8 q6, [r1, #112]\n" EIGHT("q6", "q7", "q7")
        "subs r5, #1\n"
        "stmia r9!, " ALL
        "bne 1b\n" END);
}

/* What all outputs share, or each has its own of. */
struct scale {
    const int32_t *multipliers;
    const int8_t *shifts;
};

static inline int32x4_t scaled(int32x4_t sums, const struct scale *scale, uint32_t channel, int per_channel) {
    if (!per_channel) return vrshlq_n_s32(vqdmulhq_n_s32(sums, *scale->multipliers), *scale->shifts);
    const uint32x4_t words = vidupq_n_u32(0, 4);
    const int32x4_t m = vldrwq_gather_shifted_offset_s32(scale->multipliers + channel, words);
    const int32x4_t s = vldrbq_gather_offset_s32(scale->shifts + channel, words);
    return vrshlq_s32(vqdmulhq_s32(sums, m), s);
}

static inline __attribute__((always_inline)) void store(const struct ef_mve_output *output, const struct scale *scale,
                                                        int per_channel, uint32_t kind, const int32_t *sums,
                                                        uint32_t count, int8_t *out) {
    const int16_t zero_point = output->zero_point;
    for (uint32_t c = 0; c < count; c += 16u, sums += 16) {
        const int32x4x4_t v = vld4q_s32(sums);
        const int32x4_t a = scaled(v.val[0], scale, c, per_channel), b = scaled(v.val[2], scale, c + 2u, per_channel);
        const int32x4_t d = scaled(v.val[1], scale, c + 1u, per_channel), e = scaled(v.val[3], scale, c + 3u, per_channel);
        int16x8_t p = vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(a), a), b);
        int16x8_t q = vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(d), d), e);
        int8x16_t r;
        if (kind == EF_MVE_RELU) {
            const uint8x16_t u = vqmovuntq_s16(vqmovunbq_s16(vreinterpretq_u8_s16(p), p), q);
            r = vreinterpretq_s8_u8(vaddq_n_u8(u, 0x80));
        } else {
            p = vqaddq_n_s16(p, zero_point);
            q = vqaddq_n_s16(q, zero_point);
            r = vqmovntq_s16(vqmovnbq_s16(vreinterpretq_s8_s16(p), p), q);
            r = vminq_s8(vmaxq_s8(r, vdupq_n_s8((int8_t)output->min)), vdupq_n_s8((int8_t)output->max));
        }
        if (count - c >= 16u) vstrbq_s8(out + c, r);
        else vstrbq_p_s8(out + c, r, vctp8q(count - c));
    }
}

static void run(const struct ef_call *call, void (*make)(struct dots *dots)) {
    const struct ef_fully_connected_s8_mve *record = call->record;
    const struct ef_mve_output *output = &record->output;
    const int8_t *x = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t row = 0; row < record->rows; row++, x += record->depth) {
        struct scale scale = {call->inputs[3], call->inputs[4]};
        struct dots dots = {x, record->depth / 16u, 0, call->inputs[1], call->inputs[2], call->scratch};
        for (uint32_t c = 0; c < record->channels; c += record->chunk) {
            const uint32_t left = record->channels - c, count = left < record->chunk ? left : record->chunk;
            dots.groups = (count + 7u) / 8u;
            make(&dots);
            if (record->per_channel) {
                store(output, &scale, 1, EF_MVE_ANY, dots.sums, count, out);
                scale.multipliers += count;
                scale.shifts += count;
            } else if (output->kind == EF_MVE_RELU) {
                store(output, &scale, 0, EF_MVE_RELU, dots.sums, count, out);
            } else {
                store(output, &scale, 0, EF_MVE_ANY, dots.sums, count, out);
            }
            out += count;
        }
    }
}

void ef_fully_connected_s8_mve(const struct ef_call *call) { run(call, dots_any); }
void ef_fully_connected_128_s8_mve(const struct ef_call *call) { run(call, dots_128); }

#else
typedef int ef_fully_connected_s8_mve_needs_helium; /* a file must not be empty */
#endif
