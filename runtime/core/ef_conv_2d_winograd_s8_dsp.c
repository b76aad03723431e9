/* CONV_2D, int8, 3x3 at stride 1 with one pixel of padding around, by Winograd's F(2x2, 3x3) in exact integers, for
 * ahead-of-time builds: 16 products where there were 36. With G = [1 0 0; 1 1 1; 1 -1 1; 0 0 1], which has no halves,
 * and A' = [2 1 1 0; 0 1 -1 -2] the result is 4 times the sum, so nothing is rounded. |U| <= 9*127 and |V| <= 512 are
 * int16.
 *
 * Tiles are 2x2 outputs, and go by pairs along a row. Weights stay int8 as the model has them and are transformed
 * during the call, in one of two orders: with tile_rows 0 those of the whole layer stay in scratch, with the inputs of
 * a few tiles; otherwise the inputs of so many rows of tiles stay, and the weights of four channels at a time. Scratch:
 * 512 bytes, then 32 * in_c * out_c and 128 * in_c; or 128 * in_c and 32 * in_c bytes a tile.
 *
 * The compiler checks: 16, 32 or 64 input channels, out_c a multiple of 4, out_h even and a multiple of 2 * tile_rows,
 * out_w a multiple of 4, requantization. */
#include "ef_clamp_s8.h"
#include "ef_dsp.h"
#include "ef_line.h"
#include "ef_tuned.h"

struct record {
    struct ef_window window;
    int32_t added; /* line: as in ef_line_s8() with shift 12; twice: the zero point */
    uint16_t tile_rows;
    int16_t in_zero_point;
    int16_t min, max;
};

#define SEGMENT 2 /* pairs of tiles whose inputs are transformed at once, where the weights stay */

#if defined(__GNUC__) && !defined(__clang__)
#define UNROLL _Pragma("GCC unroll 4")
#else
#define UNROLL
#endif

#if defined(__GNUC__)
#define INSIDE static inline __attribute__((always_inline)) /* for the sake of what is constant there */
#else
#define INSIDE static inline
#endif

static inline uint32_t add16(uint32_t a, uint32_t b) {
#if EF_HAVE_DSP
    uint32_t pair;
    __asm__("sadd16 %0, %1, %2" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
#else
    return ((a + b) & 0xffffu) | ((a >> 16) + (b >> 16)) << 16;
#endif
}

static inline uint32_t sub16(uint32_t a, uint32_t b) {
#if EF_HAVE_DSP
    uint32_t pair;
    __asm__("ssub16 %0, %1, %2" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
#else
    return ((a - b) & 0xffffu) | ((a >> 16) - (b >> 16)) << 16;
#endif
}

/* m[16 places][4 channels][2 tiles] = sums of the products of v[16][in_c / 2 pairs][2 tiles] and u[16][pairs][4]. */
#if EF_HAVE_DSP
#define STEP(op, s0, s1, s2, s3, s4, s5, s6, s7)                                            \
    "ldmia r4!, {r0, r1}\nldmia r5!, {r2, r3}\n"                                            \
    op " r6, r0, r2" s0 "\n" op " r7, r1, r2" s1 "\n"                                       \
    op " r8, r0, r3" s2 "\n" op " r9, r1, r3" s3 "\n"                                       \
    "ldmia r5!, {r2, r3}\n"                                                                 \
    op " r10, r0, r2" s4 "\n" op " r11, r1, r2" s5 "\n"                                     \
    op " r12, r0, r3" s6 "\n" op " lr, r1, r3" s7 "\n"
#define FIRST STEP("smuad", "", "", "", "", "", "", "", "")
#define NEXT STEP("smlad", ", r6", ", r7", ", r8", ", r9", ", r10", ", r11", ", r12", ", lr")
EF_NAKED static void products(const uint32_t *v __attribute__((unused)), const uint32_t *u __attribute__((unused)),
                              int32_t *m __attribute__((unused)), uint32_t v_bytes __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, sp, #20\n" /* 0 m, 4 its end, 8 the end of v, 12 bytes of v at a place */
        "mov r4, r0\n"
        "mov r5, r1\n"
        "add r6, r2, #512\n"
        "add r7, r4, r3\n"
        "strd r2, r6, [sp]\n"
        "strd r7, r3, [sp, #8]\n"
        "1:\n" FIRST NEXT NEXT NEXT NEXT NEXT NEXT NEXT
        "2:\n"
        "ldrd r0, r1, [sp, #8]\n"
        "cmp r4, r0\n"
        "beq 3f\n" NEXT NEXT NEXT NEXT NEXT NEXT NEXT NEXT
        "b 2b\n"
        "3:\n"
        "add r0, r0, r1\n"
        "str r0, [sp, #8]\n"
        "ldrd r0, r1, [sp]\n"
        "stmia r0!, {r6-r12, lr}\n"
        "str r0, [sp]\n"
        "cmp r0, r1\n"
        "bne 1b\n"
        "add sp, sp, #20\n"
        "pop {r4-r11, pc}\n");
}
#else
static void products(const uint32_t *v, const uint32_t *u, int32_t *m, uint32_t v_bytes) {
    for (uint32_t place = 0; place < 16u; place++, m += 8) {
        for (uint32_t i = 0; i < 8u; i++) m[i] = 0;
        for (uint32_t pair = 0; pair < v_bytes / 8u; pair++, v += 2, u += 4) {
            for (uint32_t i = 0; i < 8u; i++) m[i] = ef_dsp_mac_both(u[i / 2u], v[i % 2u], m[i]);
        }
    }
}
#endif

/* Four bytes as one of two halves: even or odd ones. */
static inline uint32_t some(const int8_t *at, int odd) {
    const uint32_t word = ef_dsp_load(at);
    return odd ? ef_dsp_odd(word) : ef_dsp_even(word);
}

/* u[16][pairs][4] for four output channels. */
INSIDE void weights_of(uint32_t *u, const int8_t *w, uint32_t in_c) {
    for (uint32_t o = 0; o < 4u; o++, w += 9u * in_c) {
        for (uint32_t k = 0; k < in_c; k += 4u) {
            for (uint32_t half = 0; half < 2u; half++) {
                uint32_t t[4][3];
                UNROLL
                for (uint32_t x = 0; x < 3u; x++) {
                    const int8_t *p = w + x * in_c + k;
                    const uint32_t a = some(p, half != 0), b = some(p + 3u * in_c, half != 0);
                    const uint32_t c = some(p + 6u * in_c, half != 0), s = add16(a, c);
                    t[0][x] = a;
                    t[1][x] = add16(s, b);
                    t[2][x] = sub16(s, b);
                    t[3][x] = c;
                }
                uint32_t *d = u + (k / 2u + half) * 4u + o;
                UNROLL
                for (uint32_t i = 0; i < 4u; i++, d += 8u * in_c) {
                    const uint32_t s = add16(t[i][0], t[i][2]);
                    d[0] = t[i][0];
                    d[2u * in_c] = add16(s, t[i][1]);
                    d[4u * in_c] = sub16(s, t[i][1]);
                    d[6u * in_c] = t[i][2];
                }
            }
        }
    }
}

INSIDE void column(uint32_t c[4], uint32_t a, uint32_t b, uint32_t d, uint32_t e) {
    c[0] = sub16(a, d);
    c[1] = add16(b, d);
    c[2] = sub16(d, b);
    c[3] = sub16(b, e);
}

INSIDE void put_row(uint32_t *q, uint32_t in_c, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    q[0] = sub16(a, c);
    q[in_c] = add16(b, c);
    q[2u * in_c] = sub16(c, b);
    q[3u * in_c] = sub16(b, d);
}

/* v[pairs of tiles][16][pairs][2] of a row of tiles whose inputs begin at row y, for output columns x0 to x1. */
INSIDE void inputs_of(uint32_t *v, const int8_t *in, int32_t y, int32_t x0, int32_t x1, int32_t height,
                             int32_t width, uint32_t in_c, uint32_t zero) {
    const int8_t padding[4] = {(int8_t)zero, (int8_t)zero, (int8_t)zero, (int8_t)zero};
    for (uint32_t k = 0; k < in_c; k += 4u) {
        const int8_t *row[4];
        uint32_t step[4];
        for (int32_t i = 0; i < 4; i++) {
            const int real = y + i >= 0 && y + i < height;
            row[i] = real ? in + (uint32_t)((y + i) * width + x0 - (x0 > 0)) * in_c + k : padding;
            step[i] = real ? in_c : 0u;
        }
        for (uint32_t half = 0; half < 2u; half++) {
            const int8_t *p0 = row[0], *p1 = row[1], *p2 = row[2], *p3 = row[3];
            uint32_t c[4][4]; /* four columns, transformed along y */
#define COLUMN(c)                                                                                            \
    do {                                                                                                     \
        const uint32_t r0 = some(p0, half != 0), r1 = some(p1, half != 0), r2 = some(p2, half != 0);         \
        const uint32_t r3 = some(p3, half != 0);                                                             \
        p0 += step[0];                                                                                       \
        p1 += in_c;                                                                                          \
        p2 += in_c;                                                                                          \
        p3 += step[3];                                                                                       \
        column(c, r0, r1, r2, r3);                                                                           \
    } while (0)
            if (x0 > 0) {
                COLUMN(c[0]);
            } else {
                column(c[0], zero, zero, zero, zero);
            }
            COLUMN(c[1]);
            uint32_t *d = v + (k / 2u + half) * 2u;
            for (int32_t x = x0; x < x1; x += 4, d += 16u * in_c) {
                COLUMN(c[2]);
                COLUMN(c[3]);
                UNROLL
                for (uint32_t i = 0; i < 4u; i++)
                    put_row(d + 4u * in_c * i, in_c, c[0][i], c[1][i], c[2][i], c[3][i]);
                COLUMN(c[0]);
                if (x + 4 < width) {
                    COLUMN(c[1]);
                } else {
                    column(c[1], zero, zero, zero, zero);
                }
                UNROLL
                for (uint32_t i = 0; i < 4u; i++)
                    put_row(d + 1 + 4u * in_c * i, in_c, c[2][i], c[3][i], c[0][i], c[1][i]);
            }
        }
    }
}

/* With the number of channels known the transforms are much shorter. */
#define INSTANCE(n)                                                                                               \
    static __attribute__((noinline)) void weights_##n(uint32_t *u, const int8_t *w) { weights_of(u, w, n); }      \
    static __attribute__((noinline)) void inputs_##n(uint32_t *v, const int8_t *in, int32_t y, int32_t x0,        \
                                                     int32_t x1, int32_t height, int32_t width, uint32_t zero) {  \
        inputs_of(v, in, y, x0, x1, height, width, n, zero);                                                      \
    }
INSTANCE(16u)
INSTANCE(32u)
INSTANCE(64u)
typedef void weights_function(uint32_t *u, const int8_t *w);
typedef void inputs_function(uint32_t *v, const int8_t *in, int32_t y, int32_t x0, int32_t x1, int32_t height,
                             int32_t width, uint32_t zero);

/* Four outputs of one channel from m[16][8]. Line: `p` is 256 * bias + offset, multiplier; twice: bias, 2*multiplier -
 * 2^32, 2^(32 + shift). */
static inline int8_t output(int32_t four, const int32_t *p, int32_t added, int twice) {
    if (!twice) return ef_line12_s8((int32_t)((uint32_t)p[0] + ((uint32_t)four << 6)), p[1], added);
    return ef_twice_s8(p[0] + (four >> 2), p[1], p[2], added);
}

INSIDE void outputs(const int32_t *m, int8_t *out, uint32_t row, uint32_t out_c, const int32_t *p,
                           int32_t added, int twice) {
    int32_t t[2][4];
    UNROLL
    for (uint32_t j = 0; j < 4u; j++) {
        const int32_t a = m[8u * j], b = m[8u * (4u + j)], c = m[8u * (8u + j)], d = m[8u * (12u + j)];
        t[0][j] = b + c + 2 * a;
        t[1][j] = b - c - 2 * d;
    }
    UNROLL
    for (uint32_t i = 0; i < 2u; i++, out += row) {
        out[0] = output(t[i][1] + t[i][2] + 2 * t[i][0], p, added, twice);
        out[out_c] = output(t[i][1] - t[i][2] - 2 * t[i][3], p, added, twice);
    }
}

/* `count` pairs of tiles from `v` on, four output channels. */
INSIDE void tiles(const struct record *record, const uint32_t *v, const uint32_t *u, int32_t *m, int8_t *out,
                         uint32_t count, const int32_t *parameters, int twice) {
    const uint32_t in_c = record->window.in_c, out_c = record->window.out_c, row = record->window.out_w * out_c;
    for (; count > 0; count--, v += 16u * in_c, out += 4u * out_c) {
        products(v, u, m, 4u * in_c);
        for (uint32_t i = 0; i < 4u; i++) {
            const int32_t *p = parameters + (twice ? 3u : 2u) * i;
            outputs(m + 2u * i, out + i, row, out_c, p, record->added, twice);
            outputs(m + 2u * i + 1u, out + i + 2u * out_c, row, out_c, p, record->added, twice);
        }
    }
}

INSIDE void run(const struct ef_call *call, const int8_t *in, int8_t *out, int backwards, int twice,
                       weights_function *weights, inputs_function *inputs) {
    const struct record *record = call->record;
    const uint32_t in_c = record->window.in_c, out_c = record->window.out_c;
    const int32_t width = record->window.out_w, height = record->window.out_h;
    const uint32_t row = (uint32_t)width * out_c, zero = ef_dsp_pair(record->in_zero_point);
    const int32_t *parameters = call->inputs[2];
    const uint32_t words = twice ? 3u : 2u;
    const int8_t *w = call->inputs[1];
    const uint32_t tile_rows = record->tile_rows > 0 ? record->tile_rows : 1u;
    int32_t *const m = call->scratch;
    uint32_t *const u = (uint32_t *)call->scratch + 128;
    uint32_t *const v = u + 8u * in_c * (record->tile_rows > 0 ? 4u : out_c);
    if (record->tile_rows == 0) {
        for (uint32_t o = 0; o < out_c; o += 4u) weights(u + 8u * in_c * o, w + o * 9u * in_c);
    }
    const int32_t step = 2 * (int32_t)tile_rows;
    for (int32_t done = 0; done < height; done += step) {
        const int32_t y = backwards ? height - done - step : done;
        int8_t *const line = out + (uint32_t)y * row;
        if (record->tile_rows == 0) {
            for (int32_t x = 0; x < width; x += 4 * SEGMENT) {
                const int32_t count = width - x < 4 * SEGMENT ? (width - x) / 4 : SEGMENT;
                inputs(v, in, y - 1, x, x + 4 * count, height, width, zero);
                for (uint32_t o = 0; o < out_c; o += 4u)
                    tiles(record, v, u + 8u * in_c * o, m, line + (uint32_t)x * out_c + o, (uint32_t)count,
                          parameters + words * o, twice);
            }
            continue;
        }
        const uint32_t v_row = (uint32_t)width / 4u * 16u * in_c; /* words of a row of tiles */
        for (uint32_t r = 0; r < tile_rows; r++)
            inputs(v + r * v_row, in, y + 2 * (int32_t)r - 1, 0, width, height, width, zero);
        for (uint32_t o = 0; o < out_c; o += 4u) {
            weights(u, w + o * 9u * in_c);
            for (uint32_t r = 0; r < tile_rows; r++)
                tiles(record, v + r * v_row, u, m, line + 2u * r * row + o, (uint32_t)width / 4u,
                      parameters + words * o, twice);
        }
    }
    if (record->min > -128 || record->max < 127)
        ef_clamp_s8(out, (uint32_t)height * row, record->min, record->max);
}

void ef_conv_2d_winograd16_line_s8_dsp_tiles(const struct ef_call *call, const int8_t *in, int8_t *out, int backwards) {
    run(call, in, out, backwards, 0, weights_16u, inputs_16u);
}

void ef_conv_2d_winograd16_twice_s8_dsp_tiles(const struct ef_call *call, const int8_t *in, int8_t *out,
                                              int backwards) {
    run(call, in, out, backwards, 1, weights_16u, inputs_16u);
}

void ef_conv_2d_winograd32_line_s8_dsp_tiles(const struct ef_call *call, const int8_t *in, int8_t *out, int backwards) {
    run(call, in, out, backwards, 0, weights_32u, inputs_32u);
}

void ef_conv_2d_winograd32_twice_s8_dsp_tiles(const struct ef_call *call, const int8_t *in, int8_t *out,
                                              int backwards) {
    run(call, in, out, backwards, 1, weights_32u, inputs_32u);
}

void ef_conv_2d_winograd64_line_s8_dsp_tiles(const struct ef_call *call, const int8_t *in, int8_t *out, int backwards) {
    run(call, in, out, backwards, 0, weights_64u, inputs_64u);
}

void ef_conv_2d_winograd64_twice_s8_dsp_tiles(const struct ef_call *call, const int8_t *in, int8_t *out,
                                              int backwards) {
    run(call, in, out, backwards, 1, weights_64u, inputs_64u);
}
