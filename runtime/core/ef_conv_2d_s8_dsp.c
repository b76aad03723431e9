/* CONV_2D, int8, any window, for ahead-of-time builds: the values under two windows are made int16 in scratch, padding
 * as the input's zero point, and meet all filters in the matrix kernel. One call makes one output row, or all of them.
 *
 * The order of values (edgeflow/generate/ahead/tuned/packing.py has the same): a window row has n = kernel_w * in_c of them;
 * of each row the first n & ~3 by fours as pairs (0, 2), (1, 3); then what is left of each row, one after the other, as
 * neighbours, filled up with a value whose weight is 0.
 *
 * The compiler checks: one group; no dilation along the width; out_c a multiple of 4; kernel_h at most 12; where in_c
 * is no multiple of 4, at most 256 values under a window; requantization as ef_mat_mul_s8_dsp.h says. */
#include "ef_clamp_s8.h"
#include "ef_conv_2d_s8_dsp.h"
#include "ef_tuned.h"

#define ROWS 12u
#define PATCH_BYTES 256u

#define FOUR(d, s)                                  \
    do {                                            \
        const uint32_t word = ef_dsp_load(s);       \
        (d)[0] = ef_dsp_even(word);                 \
        (d)[2] = ef_dsp_odd(word);                  \
    } while (0)

/* `count` values from `s`, a multiple of 4, into every second word. */
static inline uint32_t *widen(uint32_t *d, const int8_t *s, uint32_t count) {
    for (; count >= 16u; count -= 16u, s += 16, d += 16) {
        FOUR(d, s);
        FOUR(d + 4, s + 4);
        FOUR(d + 8, s + 8);
        FOUR(d + 12, s + 12);
    }
    for (; count > 0; count -= 4u, s += 4, d += 4) FOUR(d, s);
    return d;
}

static inline uint32_t *fill(uint32_t *d, uint32_t pair, uint32_t count) {
    for (; count > 0; count -= 4u, d += 4) d[0] = d[2] = pair;
    return d;
}

/* A window of pixels that are whole words. `line` has the rows at column 0, NULL for padding. */
static void whole_words(const struct ef_conv_2d_s8_dsp *record, const int8_t *const *line, int32_t x, uint32_t *d) {
    const struct ef_window *window = &record->window;
    const uint32_t in_c = window->in_c, row = window->kernel_w * in_c, pair = ef_dsp_pair(record->in_zero_point);
    const int32_t over = x + window->kernel_w - window->in_w;
    const uint32_t before = x < 0 ? (uint32_t)-x * in_c : 0u, after = over > 0 ? (uint32_t)over * in_c : 0u;
    const int32_t at = (x < 0 ? 0 : x) * (int32_t)in_c;
    for (uint32_t ky = window->kernel_h; ky > 0; ky--, line++) {
        if (*line == NULL || before + after >= row) {
            d = fill(d, pair, row);
            continue;
        }
        if (before > 0) d = fill(d, pair, before);
        d = widen(d, *line + at, row - before - after);
        if (after > 0) d = fill(d, pair, after);
    }
}

/* `count` values in each of `rows` rows, none of them padding. */
static void any_rows(const int8_t *const *line, int32_t at, uint32_t rows, uint32_t count, uint32_t *d) {
    const uint32_t words = count & ~3u;
    if (words > 0) {
        for (uint32_t ky = 0; ky < rows; ky++) d = widen(d, line[ky] + at, words);
    }
    if (words == count) return;
    int16_t *half = (int16_t *)(void *)d;
    uint32_t made = 0;
    for (uint32_t ky = 0; ky < rows; ky++) {
        for (uint32_t i = words; i < count; i++, made++) {
            *half = line[ky][at + (int32_t)i];
            half += made % 2u ? 3 : 1;
        }
    }
    if (made % 2u) *half = 0;
}

/* Three rows of three pixels of three channels, the usual first layer. */
static inline void three_by_three(const int8_t *const *line, int32_t at, uint32_t *d) {
    const int8_t *const a = line[0] + at, *const b = line[1] + at, *const c = line[2] + at;
    FOUR(d, a);
    FOUR(d + 4, a + 4);
    FOUR(d + 8, b);
    FOUR(d + 12, b + 4);
    FOUR(d + 16, c);
    FOUR(d + 20, c + 4);
    d[24] = ef_dsp_lows((uint32_t)a[8], (uint32_t)b[8]);
    d[26] = (uint32_t)(uint16_t)c[8];
}

#if defined(__GNUC__)
#define BYTE_BY_BYTE(p) __asm__("" : "+r"(p)) /* no call of memset() or memcpy() for a few bytes */
#else
#define BYTE_BY_BYTE(p)
#endif

static inline int8_t *filled(int8_t *p, int8_t value, int32_t count) {
    for (; count > 0; count--) {
        *p++ = value;
        BYTE_BY_BYTE(p);
    }
    return p;
}

/* Any window: the bytes are collected first. */
static void any_window(const struct ef_conv_2d_s8_dsp *record, const int8_t *const *line, int32_t x, uint32_t *d) {
    const struct ef_window *window = &record->window;
    const int32_t in_c = window->in_c, count = window->kernel_w * in_c, over = x + window->kernel_w - window->in_w;
    const int8_t zero_point = (int8_t)record->in_zero_point;
    const int32_t left = x < 0 ? -x * in_c : 0, right = over > 0 ? over * in_c : 0, real = count - left - right;
    int8_t patch[PATCH_BYTES];
    const int8_t *lines[ROWS];
    int8_t *p = patch;
    for (uint32_t ky = 0; ky < window->kernel_h; ky++) {
        lines[ky] = p;
        if (line[ky] == NULL || real <= 0) {
            p = filled(p, zero_point, count);
            continue;
        }
        p = filled(p, zero_point, left);
        const int8_t *from = line[ky] + (x < 0 ? 0 : x * in_c);
        for (int32_t i = real; i > 0; i--) {
            *p++ = *from++;
            BYTE_BY_BYTE(p);
        }
        p = filled(p, zero_point, right);
    }
    any_rows(lines, 0, window->kernel_h, (uint32_t)count, d);
}

/* The window at column `x`, of which those from 0 to `inside` need no padding, as the values of one of two pixels. */
static inline void window_at(const struct ef_conv_2d_s8_dsp *record, const int8_t *const *line, int32_t x,
                             int32_t inside, uint32_t *d) {
    const struct ef_window *window = &record->window;
    const uint32_t in_c = window->in_c, count = window->kernel_w * in_c;
    if (in_c % 4u == 0) {
        whole_words(record, line, x, d);
    } else if (x < 0 || x > inside) {
        any_window(record, line, x, d);
    } else if (window->kernel_h == 3u && count == 9u) {
        three_by_three(line, x * (int32_t)in_c, d);
    } else {
        any_rows(line, x * (int32_t)in_c, window->kernel_h, count, d);
    }
}

static inline void clamp(const struct ef_conv_2d_s8_dsp *record, int8_t *out, uint32_t count) {
    if (record->min > -128 || record->max < 127) ef_clamp_s8(out, count, record->min, record->max);
}

static inline void make_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row,
                            void (*mat_mul)(const struct ef_mat_mul_s8_dsp *job)) {
    const struct ef_conv_2d_s8_dsp *record = call->record;
    const struct ef_window *window = &record->window;
    const int real = rows->ky_begin == 0 && rows->ky_end == window->kernel_h;
    const int32_t inside = real ? window->in_w - window->kernel_w : -1;
    struct ef_mat_mul_s8_dsp job = ef_conv_2d_s8_dsp_job(call, out_row);
    const int8_t *line[ROWS];
    for (uint32_t ky = 0; ky < window->kernel_h; ky++)
        line[ky] = ky >= rows->ky_begin && ky < rows->ky_end ? ef_row(rows, (int32_t)ky) : NULL;
    int32_t x = -(int32_t)window->pad_left;
    for (uint32_t left = rows->out_w; left > 0; left -= left > 1u ? 2u : 1u) {
        window_at(record, line, x, inside, call->scratch);
        x += window->stride_w;
        if (left > 1u) {
            window_at(record, line, x, inside, (uint32_t *)call->scratch + 1);
            x += window->stride_w;
        } else {
            job.pixel_step = 0;
        }
        mat_mul(&job);
        job.out += 2 * job.pixel_step;
    }
    clamp(record, out_row, (uint32_t)rows->out_w * window->out_c);
}

/* The whole tensor: two pixels need not be of one row. */
static inline void make_all(const struct ef_call *call, void (*mat_mul)(const struct ef_mat_mul_s8_dsp *job)) {
    const struct ef_conv_2d_s8_dsp *record = call->record;
    const struct ef_window *window = &record->window;
    const int32_t row = window->in_w * window->in_c;
    const int8_t *in = call->inputs[0];
    struct ef_mat_mul_s8_dsp job = ef_conv_2d_s8_dsp_job(call, call->outputs[0]);
    uint32_t *d = call->scratch;
    for (uint32_t n = window->batches; n > 0; n--, in += window->in_h * row) {
        int32_t y = -(int32_t)window->pad_top;
        for (uint32_t rows = window->out_h; rows > 0; rows--, y += window->stride_h) {
            const int8_t *line[ROWS];
            int32_t inside = window->in_w - window->kernel_w, at = y;
            for (uint32_t ky = 0; ky < window->kernel_h; ky++, at += window->dilation_h) {
                line[ky] = at >= 0 && at < window->in_h ? in + at * row : NULL;
                if (line[ky] == NULL) inside = -1;
            }
            int32_t x = -(int32_t)window->pad_left;
            for (uint32_t left = window->out_w; left > 0; left--, x += window->stride_w) {
                window_at(record, line, x, inside, d);
                if (d++ == call->scratch) continue;
                d = call->scratch;
                mat_mul(&job);
                job.out += 2 * job.pixel_step;
            }
        }
    }
    const uint32_t outputs = (uint32_t)window->batches * window->out_h * window->out_w * window->out_c;
    if (d != call->scratch) {
        job.pixel_step = 0;
        mat_mul(&job);
    }
    clamp(record, call->outputs[0], outputs);
}

void ef_conv_2d_line12_s8_dsp_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    make_row(call, rows, out_row, ef_mat_mul_line12_s8_dsp);
}

void ef_conv_2d_line15_s8_dsp_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    make_row(call, rows, out_row, ef_mat_mul_line15_s8_dsp);
}

void ef_conv_2d_twice_s8_dsp_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row) {
    make_row(call, rows, out_row, ef_mat_mul_twice_s8_dsp);
}

void ef_conv_2d_line12_s8_dsp_invoke(const struct ef_call *call) { make_all(call, ef_mat_mul_line12_s8_dsp); }

void ef_conv_2d_line15_s8_dsp_invoke(const struct ef_call *call) { make_all(call, ef_mat_mul_line15_s8_dsp); }

void ef_conv_2d_twice_s8_dsp_invoke(const struct ef_call *call) { make_all(call, ef_mat_mul_twice_s8_dsp); }
