/* ADD, int8, for Helium; see the header. What the operand of the lesser scale adds depends on a byte only: it comes from
 * a table, made first (with the first operand's zero point in it). The greater one's part is (x - zero point) * 2^19.
 * 36 instructions for 16 outputs with a ReLU, 45 otherwise. */
#include "ef_add_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

/* The offsets are known to the assembly. */
struct run {
    const int8_t *first;     /*  0 */
    const int8_t *other;     /*  4 */
    const int32_t *table;    /*  8: by the other's byte */
    int8_t *out;             /* 12 */
    uint32_t blocks;         /* 16: of 16 */
    int32_t multiplier;      /* 20 */
    int32_t shift;           /* 24 */
    int32_t zero_point;      /* 28 */
    int32_t min, max;        /* 32, 36 */
    uint32_t kind;           /* 40 */
};

/* r0, r1 operands, r2 table, r3 out, r4 multiplier, r5 shift, r6 zero point, r7 2^19; q4-q7 every fourth byte. */
#define QUARTER(to, t, lanes, free, away)                                                        \
    "vldrb.u32 " t ", [r1, " lanes "]\n"                                                         \
    "vldrw.32 " to ", [r2, " t ", uxtw #2]\n"                                                    \
    "vldrb.s32 " t ", [r0, " lanes "]\n"                                                         \
    "vmla.s32 " to ", " t ", r7\n"                                                               \
    "vqrdmulh.s32 " to ", " to ", r4\n" away(to, free)                                           \
    "vrshl.s32 " to ", r5\n"
#define NEAR(to, free) ""
#define AWAY(to, free) "vshr.s32 " free ", " to ", #31\n" "vqadd.s32 " to ", " to ", " free "\n"
#define BLOCK(away, narrow)                                                                      \
    "dls lr, lr\n"                                                                               \
    "1:\n" QUARTER("q0", "q1", "q4", "q3", away) QUARTER("q1", "q2", "q6", "q3", away)           \
    "vqmovnb.s32 q0, q0\n"                                                                       \
    "vqmovnt.s32 q0, q1\n" QUARTER("q1", "q2", "q5", "q3", away) QUARTER("q2", "q3", "q7", "q3", away) \
    "adds r0, #16\n"                                                                             \
    "adds r1, #16\n"                                                                             \
    "vqmovnb.s32 q1, q1\n"                                                                       \
    "vqmovnt.s32 q1, q2\n" narrow                                                                \
    "vstrb.8 q0, [r3], #16\n"                                                                    \
    "le lr, 1b\n"
#define FULL                                                                                     \
    "vqadd.s16 q0, q0, r6\n"                                                                     \
    "vqadd.s16 q1, q1, r6\n"                                                                     \
    "vqmovnb.s16 q0, q0\n"                                                                       \
    "vqmovnt.s16 q0, q1\n"

EF_MVE_NAKED static void add_blocks(const struct run *run __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r8, lr}\n"
        "vpush {d8-d15}\n"
        "mov r12, r0\n"
        "movs r0, #0\n"
        "vidup.u32 q4, r0, #4\n"
        "movs r0, #1\n"
        "vadd.i32 q5, q4, r0\n"
        "vadd.i32 q6, q5, r0\n"
        "vadd.i32 q7, q6, r0\n"
        "ldm r12, {r0-r3}\n"
        "ldrd lr, r4, [r12, #16]\n"
        "ldrd r5, r6, [r12, #24]\n"
        "mov r7, #0x80000\n"
        "ldr r8, [r12, #40]\n"
        "cmp r8, #1\n"
        "beq 4f\n"
        "bhi 5f\n"
        "movs r6, #0x80\n"
        BLOCK(NEAR, "vqmovunb.s16 q0, q0\n" "vqmovunt.s16 q0, q1\n" "vadd.i8 q0, q0, r6\n")
        "b 9f\n"
        "4:\n" BLOCK(AWAY, FULL)
        "b 9f\n"
        "5:\n"
        "ldrd r8, r12, [r12, #32]\n"
        BLOCK(AWAY, FULL "vdup.8 q1, r8\n" "vmax.s8 q0, q0, q1\n" "vdup.8 q1, r12\n" "vmin.s8 q0, q0, q1\n")
        "9: vpop {d8-d15}\n"
        "pop {r4-r8, pc}\n");
}

void ef_add_s8_mve(const struct ef_call *call) {
    const struct ef_add_s8_mve *record = call->record;
    const struct ef_mve_output *output = &record->output;
    int32_t *const table = call->scratch;
    const int32_t base = record->first_zero_point * (1 << 19);
    int32x4_t value = vaddq_n_s32(vreinterpretq_s32_u32(vidupq_n_u32(0, 1)), -record->other_zero_point);
    for (int32_t i = 0; i < 256; i += 4) {
        if (i == 128) value = vaddq_n_s32(value, -256);
        int32x4_t part = vqrdmulhq_n_s32(vshlq_n_s32(value, 20), record->multiplier);
        if (record->shift < 0) part = vrshlq_n_s32(vqaddq_s32(part, vshrq_n_s32(part, 31)), record->shift);
        vstrwq_s32(table + i, vaddq_n_s32(part, -base));
        value = vaddq_n_s32(value, 4);
    }
    struct run run = {call->inputs[0], call->inputs[1], table, call->outputs[0], record->elements / 16u,
                      record->out_multiplier, record->out_shift, output->zero_point, output->min, output->max,
                      output->kind};
    add_blocks(&run);
    const uint32_t over = 16u - (record->elements & 15u);
    if (over < 16u) { /* the last 16, some of them once more */
        const uint32_t at = record->elements - 16u;
        run.first += at;
        run.other += at;
        run.out += at;
        run.blocks = 1;
        add_blocks(&run);
    }
}

#else
typedef int ef_add_s8_mve_needs_helium; /* a file must not be empty */
#endif
