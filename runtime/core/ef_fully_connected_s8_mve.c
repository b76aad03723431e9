/* FULLY_CONNECTED, int8, for Helium; see the header. Eight output channels at once in the eight even core registers: 17
 * instructions for 128 products. Where a row has 128 bytes most of it stays in vector registers: 16.3. */
#include "ef_fully_connected_s8_mve.h"

#if EF_HAVE_MVE

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
        "lsrs r5, #3\n"
        "beq 3f\n"
        "2:\n" STEP STEP STEP STEP STEP STEP STEP STEP
        "subs r5, #1\n"
        "bne 2b\n"
        "3:\n"
        "ldr r5, [r11, #4]\n"
        "ands r5, #7\n"
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

/* The offsets are known to the assembly. */
struct store {
    const int32_t *sums;        /*  0 */
    int8_t *out;                /*  4 */
    uint32_t count;             /*  8 */
    const int32_t *multipliers; /* 12 */
    const int8_t *shifts;       /* 16 */
    int32_t zero_point;         /* 20 */
    int32_t min, max;           /* 24, 28 */
    uint32_t kind;              /* 32 */
};

/* Sixteen sums at a time; VLD4 takes them apart so that the narrowing moves put them in order again. r0 sums, r1 out,
 * r2 and r3 multipliers and shifts (what they are, or where they lie in the order of the parts), r4 zero point, r5 how
 * many are left. */
#define PARTS                                                                                    \
    "vld40.32 {q0, q1, q2, q3}, [r0]\n"                                                          \
    "vld41.32 {q0, q1, q2, q3}, [r0]\n"                                                          \
    "vld42.32 {q0, q1, q2, q3}, [r0]\n"                                                          \
    "vld43.32 {q0, q1, q2, q3}, [r0]!\n"
#define SCALE_ALIKE                                                                              \
    "vqdmulh.s32 q0, q0, r2\n"                                                                   \
    "vqdmulh.s32 q1, q1, r2\n"                                                                   \
    "vqdmulh.s32 q2, q2, r2\n"                                                                   \
    "vqdmulh.s32 q3, q3, r2\n"                                                                   \
    "vrshl.s32 q0, r3\n"                                                                         \
    "vrshl.s32 q1, r3\n"                                                                         \
    "vrshl.s32 q2, r3\n"                                                                         \
    "vrshl.s32 q3, r3\n"
#define SCALE_EACH                                                                               \
    "vldrw.32 q5, [r2, #16]\n"                                                                   \
    "vqdmulh.s32 q1, q1, q5\n"                                                                   \
    "vldrw.32 q6, [r2, #32]\n"                                                                   \
    "vqdmulh.s32 q2, q2, q6\n"                                                                   \
    "vldrw.32 q7, [r2, #48]\n"                                                                   \
    "vqdmulh.s32 q3, q3, q7\n"                                                                   \
    "vldrw.32 q4, [r2], #64\n"                                                                   \
    "vqdmulh.s32 q0, q0, q4\n"                                                                   \
    "vldrb.s32 q5, [r3, #4]\n"                                                                   \
    "vrshl.s32 q1, q1, q5\n"                                                                     \
    "vldrb.s32 q6, [r3, #8]\n"                                                                   \
    "vrshl.s32 q2, q2, q6\n"                                                                     \
    "vldrb.s32 q7, [r3, #12]\n"                                                                  \
    "vrshl.s32 q3, q3, q7\n"                                                                     \
    "vldrb.s32 q4, [r3], #16\n"                                                                  \
    "vrshl.s32 q0, q0, q4\n"
#define NARROW "vqmovnb.s32 q0, q0\n" "vqmovnt.s32 q0, q2\n" "vqmovnb.s32 q1, q1\n" "vqmovnt.s32 q1, q3\n"
#define RELU "vqmovunb.s16 q0, q0\n" "vqmovunt.s16 q0, q1\n" "vadd.i8 q0, q0, r4\n"
#define ANY                                                                                      \
    "vqadd.s16 q0, q0, r4\n"                                                                     \
    "vqadd.s16 q1, q1, r4\n"                                                                     \
    "vqmovnb.s16 q0, q0\n"                                                                       \
    "vqmovnt.s16 q0, q1\n"                                                                       \
    "vdup.8 q1, r6\n"                                                                            \
    "vmax.s8 q0, q0, q1\n"                                                                       \
    "vdup.8 q1, r7\n"                                                                            \
    "vmin.s8 q0, q0, q1\n"
#define BLOCKS(body)                                                                             \
    "lsrs r12, r5, #4\n"                                                                         \
    "beq 2f\n"                                                                                   \
    "dls lr, r12\n"                                                                              \
    "1:\n" body "vstrb.8 q0, [r1], #16\n"                                                        \
    "le lr, 1b\n"                                                                                \
    "2:\n"                                                                                       \
    "ands r5, #15\n"                                                                             \
    "beq 9f\n" body                                                                              \
    "vctp.8 r5\n"                                                                                \
    "vpst\n"                                                                                     \
    "vstrbt.8 q0, [r1]\n"                                                                        \
    "b 9f\n"
#define STORE(begin, scale)                                                                       \
    __asm__ volatile(                                                                            \
        "push {r4-r7, lr}\n"                                                                     \
        "vpush {d8-d15}\n"                                                                       \
        "mov r12, r0\n"                                                                          \
        "ldrd r6, r7, [r12, #24]\n"                                                              \
        "ldrd r3, r4, [r12, #16]\n"                                                              \
        "ldrd r5, r2, [r12, #8]\n"                                                               \
        "ldrd r0, r1, [r12]\n" begin                                                             \
        "ldr r12, [r12, #32]\n"                                                                  \
        "cmp r12, #0\n"                                                                          \
        "bne 4f\n"                                                                               \
        "movs r4, #0x80\n" BLOCKS(PARTS scale NARROW RELU)                                       \
        "4:\n" BLOCKS(PARTS scale NARROW ANY)                                                    \
        "9: vpop {d8-d15}\n"                                                                     \
        "pop {r4-r7, pc}\n")

#define SAME "ldr r2, [r2]\n" "ldrsb r3, [r3]\n"
EF_MVE_NAKED static void store_alike(const struct store *store __attribute__((unused))) { STORE(SAME, SCALE_ALIKE); }

EF_MVE_NAKED static void store_each(const struct store *store __attribute__((unused))) { STORE("", SCALE_EACH); }

static void run(const struct ef_call *call, void (*make)(struct dots *dots)) {
    const struct ef_fully_connected_s8_mve *record = call->record;
    const struct ef_mve_output *output = &record->output;
    const int8_t *x = call->inputs[0];
    const int32_t *multipliers = call->inputs[3];
    const int8_t *shifts = call->inputs[4];
    struct store store = {call->scratch, call->outputs[0], 0, multipliers, shifts, output->zero_point, output->min,
                          output->max, output->kind};
    for (uint32_t row = 0; row < record->rows; row++, x += record->depth) {
        struct dots dots = {x, record->depth / 16u, 0, call->inputs[1], call->inputs[2], call->scratch};
        for (uint32_t c = 0; c < record->channels; c += record->chunk) {
            const uint32_t left = record->channels - c;
            store.count = left < record->chunk ? left : record->chunk;
            dots.groups = (store.count + 7u) / 8u;
            make(&dots);
            if (record->per_channel) {
                store.multipliers = multipliers + c;
                store.shifts = shifts + c;
                store_each(&store);
            } else {
                store_alike(&store);
            }
            store.out += store.count;
        }
    }
}

void ef_fully_connected_s8_mve(const struct ef_call *call) { run(call, dots_any); }
void ef_fully_connected_128_s8_mve(const struct ef_call *call) { run(call, dots_128); }

#else
typedef int ef_fully_connected_s8_mve_needs_helium; /* a file must not be empty */
#endif
