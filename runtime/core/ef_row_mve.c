/* CONV_2D of the interpreter with Helium, and dot products for others; see ef_row_mve.h and ef_dot_s8.h. Sums of products and of weights for four
 * filters at a time: 15 instructions for 64 products. Empty on other cores. */
#include "ef_row_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

#include "ef_dot_s8.h"

#define RUNS 16u /* pointers on the stack */

/* Four filters over runs of input. The offsets are known to the assembly. */
struct runs {
    const int8_t *const *rows; /*  0: advanced: where each run begins */
    uint32_t count;            /*  4: of runs, above 0; counted down */
    uint32_t bytes;            /*  8: of a run, above 0 */
    uint32_t skip;             /* 12: bytes of a filter between two runs */
    const int8_t *w[4];        /* 16: each filter at the first run */
    int32_t sums[4];           /* 32: of products */
    int32_t weights[4];        /* 48 */
};

#define ONE(w, sum, weights) "vldrb.8 q1, [" w "], #16\n" "vmladava.s8 " sum ", q0, q1\n" "vaddva.s8 " weights ", q1\n"
EF_MVE_NAKED static void add_runs(struct runs *runs __attribute__((unused))) {
    __asm__ volatile(
        "push {r0, r4-r11, lr}\n"
        "vpush {d8-d9}\n"
        "add r1, r0, #16\n"
        "ldm r1, {r3, r5, r7, r9}\n"
        "movs r0, #0\n"
        "movs r2, #0\n"
        "movs r4, #0\n"
        "movs r6, #0\n"
        "mov r8, #0\n"
        "mov r10, #0\n"
        "mov r12, #0\n"
        "mov lr, #0\n"
        "1:\n"
        "ldr r11, [sp, #16]\n"
        "ldr r1, [r11]\n"
        "adds r1, #4\n"
        "str r1, [r11]\n"
        "ldr r1, [r1, #-4]\n"
        "ldr r11, [r11, #8]\n"
        "subs r11, #16\n"
        "blo 3f\n"
        "2:\n"
        "vldrb.8 q0, [r1], #16\n" ONE("r3", "r0", "r8") ONE("r5", "r2", "r10") ONE("r7", "r4", "r12") ONE("r9", "r6", "lr")
        "subs r11, #16\n"
        "bhs 2b\n"
        "3:\n"
        "adds r11, #16\n"
        "beq 4f\n"
        "vctp.8 r11\n"
        "vpstttt\n"
        "vldrbt.8 q0, [r1]\n"
        "vldrbt.8 q1, [r3]\n"
        "vldrbt.8 q2, [r5]\n"
        "vldrbt.8 q3, [r7]\n"
        "vpst\n"
        "vldrbt.8 q4, [r9]\n"
        "vmladava.s8 r0, q0, q1\n"
        "vaddva.s8 r8, q1\n"
        "vmladava.s8 r2, q0, q2\n"
        "vaddva.s8 r10, q2\n"
        "vmladava.s8 r4, q0, q3\n"
        "vaddva.s8 r12, q3\n"
        "vmladava.s8 r6, q0, q4\n"
        "vaddva.s8 lr, q4\n"
        "add r3, r11\n"
        "add r5, r11\n"
        "add r7, r11\n"
        "add r9, r11\n"
        "4:\n"
        "ldr r11, [sp, #16]\n"
        "ldr r1, [r11, #12]\n"
        "add r3, r1\n"
        "add r5, r1\n"
        "add r7, r1\n"
        "add r9, r1\n"
        "ldr r1, [r11, #4]\n"
        "subs r1, #1\n"
        "str r1, [r11, #4]\n"
        "bne 1b\n"
        "add r1, r11, #32\n"
        "stmia r1, {r0, r2, r4, r6, r8, r10, r12, lr}\n"
        "vpop {d8-d9}\n"
        "pop {r0, r4-r11, pc}\n");
}

void ef_dot4_mve(const int8_t *x, const int8_t *const w[4], uint32_t n, int32_t zero_point, uint32_t sum[4]) {
    struct runs runs = {&x, 1, n, 0, {w[0], w[1], w[2], w[3]}, {0}, {0}};
    add_runs(&runs);
    const int32x4_t weights = vldrwq_s32(runs.weights), sums = vldrwq_s32(runs.sums);
    vstrwq_s32((int32_t *)sum, vaddq_s32(vldrwq_s32((int32_t *)sum), vmlaq_n_s32(sums, weights, -zero_point)));
}

int ef_conv_2d_row_mve(const struct ef_window *window, const struct ef_channels_s8 *channels, const struct ef_call *call,
                       const struct ef_rows *rows, int8_t *out) {
    const uint32_t in_c = window->in_c, out_c = window->out_c, row = window->kernel_w * in_c;
    const uint32_t filter = window->kernel_h * row, count = (uint32_t)(rows->ky_end - rows->ky_begin);
    const int32_t *bias = call->inputs[2], *multipliers = ef_channels_s8_multipliers(channels);
    const int8_t *shifts = ef_channels_s8_shifts(channels), *weights = call->inputs[1];
    if (!bias || out_c % 4u != 0 || count == 0 || count > RUNS || channels->count != out_c || !channels->right_shifts ||
        window->dilation_w != 1 || row < 8u)
        return 0;
    for (int32_t x = 0; x < rows->out_w; x++) { /* a window without a column would have no run */
        const struct ef_columns columns = ef_window_columns(window, x);
        if (columns.kx_begin == columns.kx_end) return 0;
    }
    const int32x4_t min = vdupq_n_s32(channels->min), max = vdupq_n_s32(channels->max);
    for (int32_t x = 0; x < rows->out_w; x++, out += out_c) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const uint32_t before = (uint32_t)columns.kx_begin * in_c;
        const uint32_t at = (uint32_t)(columns.first + columns.kx_begin) * in_c;
        const int8_t *starts[RUNS];
        struct runs runs = {starts, count, (uint32_t)(columns.kx_end - columns.kx_begin) * in_c, 0, {NULL}, {0}, {0}};
        for (uint32_t i = 0; i < count; i++) starts[i] = (const int8_t *)ef_row(rows, rows->ky_begin + (int32_t)i) + at;
        runs.skip = row - runs.bytes;
        const int8_t *w = weights + (uint32_t)rows->ky_begin * row + before;
        for (uint32_t o = 0; o < out_c; o += 4u, w += 4u * filter) {
            runs.rows = starts;
            runs.count = count;
            for (uint32_t j = 0; j < 4u; j++) runs.w[j] = w + j * filter;
            add_runs(&runs);
            int32x4_t sum = vmlaq_n_s32(vldrwq_s32(runs.sums), vldrwq_s32(runs.weights), -channels->in_zero_point);
            sum = vqrdmulhq_s32(vaddq_s32(sum, vldrwq_s32(bias + o)), vldrwq_s32(multipliers + o));
            sum = vrshlq_s32(vaddq_s32(sum, vshrq_n_s32(sum, 31)), vldrbq_s32(shifts + o));
            vstrbq_s32(out + o, vminq_s32(vmaxq_s32(vaddq_n_s32(sum, channels->out_zero_point), min), max));
        }
    }
    return 1;
}

#else
typedef int ef_row_mve_needs_helium; /* a file must not be empty */
#endif
