/* DEPTHWISE_CONV_2D, int8, 3x3 at stride 1 or 2, a channel for a channel, for ahead-of-time builds. Two taps of one
 * channel in a word are what the DSP extension multiplies at once, and a word of the tensor has four channels. So four
 * channels at a time are laid out in scratch as planes of int16, with padding as the input's zero point; then each
 * channel's nine weights, times 256, stay in registers while its plane is gone through, two outputs at a time. The
 * longer of height and width is the planes' inner axis n, the other one is m; strips of rows along m bound the scratch.
 *
 * All input of four channels is read before the first of their outputs is written, so with one strip and stride 1 the
 * output may lie exactly over the input. The compiler checks: channels a multiple of 4, no dilation, stride 1 or 2 both
 * ways, requantization by one multiplication with shift 12 (ef_line_s8()). */
#include "ef_clamp_s8.h"
#include "ef_dsp.h"
#include "ef_line.h"
#include "ef_tuned.h"

/* inputs[1]: weights [C][3][3] along m and n; inputs[2]: bias * 256 + offset and multiplier of each channel. */
struct record {
    uint16_t batches, channels;
    uint16_t n_in, n_out, m_in, m_out;
    uint16_t pad_n, pad_m;
    uint16_t strip; /* rows of output */
    uint16_t words; /* in a row of a plane: (n_out + 3) / 2 at stride 1, n_out + 1 at stride 2 */
    uint32_t in_n, in_m, out_n, out_m; /* bytes from one place to the next along n, and along m */
    uint32_t in_bytes, out_bytes;      /* of a batch entry */
    int32_t added;
    int16_t in_zero_point, min, max, reserved;
};

/* The assembly knows the offsets. */
struct plane {
    const uint32_t *rows; /*  0 */
    int8_t *out;          /*  4 */
    uint32_t row_bytes;   /*  8: of scratch */
    uint32_t next_row;    /* 12: added to the places in the three rows after a row of output */
    uint32_t pair_bytes;  /* 16: by which these places move over the pairs of a row */
    uint32_t odd;         /* 20: one more output after the pairs */
    uint32_t next_out;    /* 24: added to `out` after a row, wrapping */
    uint32_t count;       /* 28: of rows */
    int32_t multiplier;   /* 32 */
    int32_t added;        /* 36 */
    int32_t bias;         /* 40 */
    uint32_t step;        /* 44: bytes from one output to the next */
    uint32_t end;         /* 48: of a row; the assembly's */
    uint32_t w[6];        /* 52: stride 1: (w0, w1), (w1, w2) of each row; 2: (w0, w1) of each, w2 of all */
};

#if EF_HAVE_DSP

/* r0 r1 values, r2 r3 sums, r4-r6 places in the rows, r7 out, r8-lr weights; the struct's copy on the stack. */
#define BEGIN                                       \
    "push {r4-r11, lr}\n"                           \
    "sub sp, sp, #76\n"                             \
    "mov r12, sp\n"                                 \
    "ldmia r0!, {r1-r11}\nstmia r12!, {r1-r11}\n"   \
    "ldmia r0, {r1-r8}\nstmia r12, {r1-r8}\n"       \
    "ldr r4, [sp]\n"                                \
    "ldr r0, [sp, #8]\n"                            \
    "ldr r7, [sp, #4]\n"                            \
    "add r5, r4, r0\n"                              \
    "add r6, r5, r0\n"                              \
    "add r0, sp, #52\n"
#define ROW                                         \
    "1:\n"                                          \
    "ldr r0, [sp, #16]\n"                           \
    "add r0, r0, r4\n"                              \
    "str r0, [sp, #48]\n"                           \
    "cmp r0, r4\n"                                  \
    "beq 3f\n"                                      \
    "2:\n"
#define LAST "3:\n" "ldr r0, [sp, #20]\n" "cbz r0, 4f\n"
#define END                                         \
    "4:\n"                                          \
    "ldrd r0, r1, [sp, #24]\n"                      \
    "add r7, r7, r0\n"                              \
    "ldr r0, [sp, #12]\n"                           \
    "add r4, r4, r0\n"                              \
    "add r5, r5, r0\n"                              \
    "add r6, r6, r0\n"                              \
    "subs r1, r1, #1\n"                             \
    "str r1, [sp, #28]\n"                           \
    "bne 1b\n"                                      \
    "add sp, sp, #76\n"                             \
    "pop {r4-r11, pc}\n"
#define STORE(a, b)                                 \
    "ldrd r0, r1, [sp, #32]\n"                      \
    "smmla " a ", " a ", r0, r1\n"                  \
    "smmla " b ", " b ", r0, r1\n"                  \
    "ldrd r0, r1, [sp, #44]\n"                      \
    "ssat " a ", #8, " a ", asr #12\n"              \
    "ssat " b ", #8, " b ", asr #12\n"              \
    "strb " a ", [r7]\n"                            \
    "strb " b ", [r7, r0]\n"                        \
    "add r7, r7, r0, lsl #1\n"                      \
    "cmp r4, r1\n"                                  \
    "bne 2b\n"
#define STORE_LAST(a)                               \
    "ldrd r0, r1, [sp, #32]\n"                      \
    "smmla " a ", " a ", r0, r1\n"                  \
    "ldr r0, [sp, #44]\n"                           \
    "ssat " a ", #8, " a ", asr #12\n"              \
    "strb " a ", [r7]\n"                            \
    "add r7, r7, r0\n"

#define TAPS1(row, a, b)                                                    \
    "ldrd r0, r1, [" row "], #4\n"                                          \
    "smlad r2, r0, " a ", r2\nsmlabt r2, r1, " b ", r2\n"                   \
    "smlatb r3, r0, " a ", r3\nsmlad r3, r1, " b ", r3\n"
#define LAST1(row, a, b)                                                    \
    "ldrd r0, r1, [" row "], #4\n"                                          \
    "smlad r2, r0, " a ", r2\nsmlabt r2, r1, " b ", r2\n"

EF_NAKED static void plane_at_stride_1(const struct plane *plane __attribute__((unused))) {
    __asm__ volatile(
        BEGIN "ldmia r0, {r8-r12, lr}\n"
        ROW
        "ldr r3, [sp, #40]\n"
        "ldrd r0, r1, [r4], #4\n"
        "smlad r2, r0, r8, r3\nsmlabt r2, r1, r9, r2\n"
        "smlatb r3, r0, r8, r3\nsmlad r3, r1, r9, r3\n"
        TAPS1("r5", "r10", "r11") TAPS1("r6", "r12", "lr") STORE("r2", "r3")
        LAST
        "ldr r2, [sp, #40]\n"
        LAST1("r4", "r8", "r9") LAST1("r5", "r10", "r11") LAST1("r6", "r12", "lr") STORE_LAST("r2")
        END);
}

/* r0-r2 values, r3 lr sums */
#define TAPS2(row, a, op, b)                                                \
    "ldm " row ", {r0, r1, r2}\nadds " row ", #8\n"                         \
    "smlad r3, r0, " a ", r3\n" op " r3, r1, " b ", r3\n"                   \
    "smlad lr, r1, " a ", lr\n" op " lr, r2, " b ", lr\n"
#define LAST2(row, a, op, b)                                                \
    "ldrd r0, r1, [" row "], #4\n"                                          \
    "smlad r3, r0, " a ", r3\n" op " r3, r1, " b ", r3\n"

EF_NAKED static void plane_at_stride_2(const struct plane *plane __attribute__((unused))) {
    __asm__ volatile(
        BEGIN "ldmia r0, {r8-r12}\n"
        ROW
        "ldr lr, [sp, #40]\n"
        "ldm r4, {r0, r1, r2}\nadds r4, #8\n"
        "smlad r3, r0, r8, lr\nsmlabb r3, r1, r11, r3\n"
        "smlad lr, r1, r8, lr\nsmlabb lr, r2, r11, lr\n"
        TAPS2("r5", "r9", "smlabt", "r11") TAPS2("r6", "r10", "smlabb", "r12") STORE("r3", "lr")
        LAST
        "ldr r3, [sp, #40]\n"
        LAST2("r4", "r8", "smlabb", "r11") LAST2("r5", "r9", "smlabt", "r11") LAST2("r6", "r10", "smlabb", "r12")
        STORE_LAST("r3")
        END);
}

#else

static void go_through(const struct plane *plane, uint32_t stride) {
    const uint32_t *w = plane->w;
    int8_t *out = plane->out;
    const uint32_t *place = plane->rows;
    const uint32_t words = plane->row_bytes / 4u, outputs = 2u * (plane->pair_bytes / (4u * stride)) + plane->odd;
    for (uint32_t row = plane->count; row > 0; row--) {
        for (uint32_t x = 0; x < outputs; x++, out += plane->step) {
            int32_t sum = plane->bias;
            for (uint32_t ky = 0; ky < 3u; ky++) {
                const int16_t *v = (const int16_t *)(place + ky * words) + stride * x;
                const uint32_t pair = stride == 1u ? w[2u * ky] : w[ky];
                const uint32_t third = stride == 1u ? w[2u * ky + 1u] >> 16 : ky == 1u ? w[3] >> 16 : w[ky ? 4 : 3];
                sum += v[0] * (int16_t)pair + v[1] * (int16_t)(pair >> 16) + v[2] * (int16_t)third;
            }
            *out = ef_line_s8(sum, plane->multiplier, plane->added, 12u);
        }
        out = (int8_t *)((uintptr_t)out + (uintptr_t)(int32_t)plane->next_out);
        place += (plane->pair_bytes + 4u * plane->odd + plane->next_row) / 4u;
    }
}

static void plane_at_stride_1(const struct plane *plane) { go_through(plane, 1); }

static void plane_at_stride_2(const struct plane *plane) { go_through(plane, 2); }

#endif

/* One row of four channels into four planes; `in` NULL: padding. */
static void spread(uint32_t *p, uint32_t plane, const int8_t *in, const struct record *record) {
    uint32_t *q = p + plane, *r = q + plane, *t = r + plane;
    const uint32_t zero = ef_dsp_pair(record->in_zero_point), step = record->in_n;
    uint32_t left = record->n_in, words = record->words;
    if (in != NULL) {
        if (record->pad_n) {
            const uint32_t a = ef_dsp_load(in), even = ef_dsp_even(a), odd = ef_dsp_odd(a);
            in += step;
            *p++ = ef_dsp_lows(zero, even);
            *q++ = ef_dsp_lows(zero, odd);
            *r++ = ef_dsp_highs(zero << 16, even);
            *t++ = ef_dsp_highs(zero << 16, odd);
            left--;
            words--;
        }
        uint32_t pairs = left / 2u < words ? left / 2u : words;
        left -= 2u * pairs;
        words -= pairs;
        for (; pairs > 0; pairs--, in += 2u * step) {
            const uint32_t a = ef_dsp_load(in), b = ef_dsp_load(in + step);
            const uint32_t even_a = ef_dsp_even(a), odd_a = ef_dsp_odd(a), even_b = ef_dsp_even(b);
            const uint32_t odd_b = ef_dsp_odd(b);
            *p++ = ef_dsp_lows(even_a, even_b);
            *q++ = ef_dsp_lows(odd_a, odd_b);
            *r++ = ef_dsp_highs(even_a, even_b);
            *t++ = ef_dsp_highs(odd_a, odd_b);
        }
        if (words > 0 && left > 0) {
            const uint32_t a = ef_dsp_load(in), even = ef_dsp_even(a), odd = ef_dsp_odd(a);
            *p++ = ef_dsp_lows(even, zero);
            *q++ = ef_dsp_lows(odd, zero);
            *r++ = ef_dsp_highs(even, zero);
            *t++ = ef_dsp_highs(odd, zero);
            words--;
        }
    }
    for (; words > 0; words--) *p++ = *q++ = *r++ = *t++ = zero;
}

/* Two int8 as halves, times 256. */
static inline uint32_t halves(int8_t low, int8_t high) {
    return (uint32_t)(uint8_t)low << 8 | (uint32_t)(uint8_t)high << 24;
}

static inline void run(const struct ef_call *call, uint32_t stride, void (*go)(const struct plane *plane)) {
    const struct record *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t pairs = record->n_out / 2u, words = record->words;
    struct plane plane;
    plane.row_bytes = 4u * words;
    plane.odd = record->n_out % 2u;
    plane.pair_bytes = pairs * 4u * stride;
    /* after its outputs a place stands at the end of its row, but for the values that only its last window has */
    plane.next_row = stride * plane.row_bytes - plane.pair_bytes - 4u * plane.odd;
    plane.next_out = record->out_m - record->n_out * record->out_n;
    plane.added = record->added;
    plane.step = record->out_n;
    for (uint32_t n = record->batches; n > 0; n--, in += record->in_bytes, out += record->out_bytes) {
        for (uint32_t first = 0; first < record->m_out; first += record->strip) {
            const uint32_t left = record->m_out - first, made = left < record->strip ? left : record->strip;
            const uint32_t rows = (made - 1u) * stride + 3u, size = rows * words;
            const int32_t top = (int32_t)(first * stride) - record->pad_m;
            const int8_t *w = call->inputs[1];
            const int32_t *parameters = call->inputs[2];
            plane.count = made;
            for (uint32_t c = 0; c < record->channels; c += 4u) {
                uint32_t *at = call->scratch;
                for (int32_t m = top; m < top + (int32_t)rows; m++, at += words) {
                    const int real = m >= 0 && m < (int32_t)record->m_in;
                    spread(at, size, real ? in + c + (uint32_t)m * record->in_m : NULL, record);
                }
                plane.rows = call->scratch;
                plane.out = out + c + first * record->out_m;
                for (uint32_t i = 0; i < 4u; i++, w += 9, parameters += 2, plane.rows += size) {
                    plane.bias = parameters[0];
                    plane.multiplier = parameters[1];
                    if (stride == 1u) {
                        for (uint32_t k = 0; k < 3u; k++) {
                            plane.w[2u * k] = halves(w[3u * k], w[3u * k + 1u]);
                            plane.w[2u * k + 1u] = halves(w[3u * k + 1u], w[3u * k + 2u]);
                        }
                    } else {
                        for (uint32_t k = 0; k < 3u; k++) plane.w[k] = halves(w[3u * k], w[3u * k + 1u]);
                        plane.w[3] = halves(w[2], w[5]);
                        plane.w[4] = halves(w[8], 0);
                        plane.w[5] = 0;
                    }
                    go(&plane);
                    plane.out++;
                }
            }
        }
        if (record->min > -128 || record->max < 127) ef_clamp_s8(out, record->out_bytes, record->min, record->max);
    }
}

void ef_depthwise_conv_2d_3x3_stride1_s8_dsp_invoke(const struct ef_call *call) { run(call, 1, plane_at_stride_1); }

void ef_depthwise_conv_2d_3x3_stride2_s8_dsp_invoke(const struct ef_call *call) { run(call, 2, plane_at_stride_2); }
