/* CONV_2D, int8, for Helium; see the header. The image is made in blocks of a few tiles: sums of a chunk of channels,
 * then their bytes, chunk after chunk. Padding is written beside a copy of the rows that a block reads. */
#include "ef_conv_2d_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>
#include <string.h>

#include "ef_mve_copy.h"

struct work {
    const struct ef_conv_2d_s8_mve *record;
    const struct ef_call *call;
    ef_mve_dots_function *dots;
    int32_t *sums;
    const int8_t **x;
    uint32_t *out_at;
    int8_t *band, *columns;
    uint32_t pitch; /* bytes of a row of the band */
};

static int8_t *take(int8_t **scratch, uint32_t bytes) {
    int8_t *const begin = *scratch;
    *scratch = begin + ((bytes + 15u) & ~15u);
    return begin;
}

static struct work begin(const struct ef_call *call, ef_mve_dots_function *dots) {
    const struct ef_conv_2d_s8_mve *record = call->record;
    const struct ef_window *window = &record->window;
    int8_t *scratch = call->scratch;
    struct work work = {record, call, dots, NULL, NULL, NULL, NULL, NULL, 0};
    work.sums = (int32_t *)(void *)take(&scratch, (uint32_t)record->tiles * record->chunk * 16u);
    work.x = (const int8_t **)(void *)take(&scratch, (record->tiles + 1u) * record->addresses * 4u);
    work.out_at = (uint32_t *)(void *)take(&scratch, record->tiles * 4u);
    work.pitch = ((window->out_w - 1u) * window->stride_w + window->kernel_w) * window->in_c;
    work.band = scratch;
    return work;
}

/* `tiles` tiles one after the other from the one in place `t` on: their pixels lie `step` bytes apart from `x` on. */
static void list(const struct work *work, uint32_t t, const int8_t *x, uint32_t step, uint32_t tiles) {
    const uint32_t addresses = work->record->addresses;
    const int8_t **at = work->x + t * addresses;
    for (; tiles > 0; tiles--, at += addresses) {
        at[0] = x;
        x += step;
        if (addresses == 4u) at[1] = x;
        x += step;
        if (addresses == 2u) at[1] = x;
        if (addresses == 4u) at[2] = x;
        x += step;
        if (addresses == 4u) at[3] = x;
        x += step;
    }
}

/* The same for where their outputs go: `out` pixels from the block's first on. */
static void place(const struct work *work, uint32_t t, uint32_t out, uint32_t tiles) {
    const uint32_t channels = work->record->window.out_c;
    uint32_t *at = work->out_at + t, to = out * channels;
    for (; tiles > 0; tiles--, to += 4u * channels) *at++ = to;
}

/* A block of `count` adjacent pixels from `x` on; the last tile may lie over the one before. */
static uint32_t lay(const struct work *work, const int8_t *x, uint32_t step, uint32_t count, int placed) {
    const uint32_t tiles = (count + 3u) / 4u;
    const int32_t last = (int32_t)count - 4;
    list(work, 0, x, step, tiles - 1u);
    list(work, tiles - 1u, x + last * (int32_t)step, step, 1);
    if (!placed) {
        place(work, 0, 0, tiles - 1u);
        place(work, tiles - 1u, (uint32_t)last, 1);
    }
    return tiles;
}

/* All channels of `tiles` tiles. */
static void make(const struct work *work, uint32_t tiles, uint32_t depth, int8_t *out) {
    const struct ef_conv_2d_s8_mve *record = work->record;
    const struct ef_call *call = work->call;
    const uint32_t channels = record->window.out_c;
    const int8_t *w = call->inputs[1];
    const int32_t *bias = call->inputs[2], *multipliers = call->inputs[3];
    const int8_t *shifts = call->inputs[4];
    struct ef_mve_store store = {
        work->sums,           work->out_at, multipliers, shifts, out, channels, tiles, 0, record->output.zero_point,
        record->output.min, record->output.max, record->output.kind};
    struct ef_mve_dots dots = {w, bias, work->x, work->sums, 0, depth};
    work->x[tiles * record->addresses] = NULL;
    for (uint32_t c = 0; c < channels; c += record->chunk) {
        const uint32_t left = channels - c, count = left < record->chunk ? left : record->chunk;
        dots.pairs = count / 2u;
        work->dots(&dots);
        store.sums = work->sums;
        store.groups = count / 4u;
        store.out = out + c;
        ef_mve_store(&store);
        dots.w += count * record->filter;
        dots.bias += count;
    }
}

static void pixels(const struct ef_call *call, ef_mve_dots_function *dots, int whole_sums) {
    const struct work work = begin(call, dots);
    const struct ef_conv_2d_s8_mve *record = work.record;
    const struct ef_window *window = &record->window;
    const uint32_t count = (uint32_t)window->batches * window->in_h * window->in_w, depth = record->depth;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    uint32_t n = 4u * record->tiles, placed = 0;
    for (uint32_t first = 0; first < count; first += n) {
        n = count - first < n ? count - first : n;
        const uint32_t tiles = lay(&work, in + first * depth, depth, n, n == placed);
        placed = n;
        make(&work, tiles, whole_sums ? 32u * tiles : depth, out + first * window->out_c);
    }
}

/* The input rows under output rows y to y + rows - 1 with their padding. */
static void fill_band(const struct work *work, const int8_t *in, uint32_t y, uint32_t rows) {
    const struct ef_window *window = &work->record->window;
    const int32_t zero_point = work->record->in_zero_point, height = window->in_h;
    const uint32_t in_row = (uint32_t)window->in_w * window->in_c;
    const uint32_t before = (uint32_t)window->pad_left * window->in_c, room = work->pitch - before;
    const uint32_t real = in_row < room ? in_row : room;
    const uint32_t count = (rows - 1u) * window->stride_h + (window->kernel_h - 1u) * window->dilation_h + 1u;
    int32_t row = (int32_t)(y * window->stride_h) - window->pad_top;
    int8_t *to = work->band;
    for (uint32_t i = 0; i < count; i++, row++, to += work->pitch) {
        if (row < 0 || row >= height) {
            ef_mve_fill(to, zero_point, work->pitch);
            continue;
        }
        if (before) ef_mve_fill(to, zero_point, before);
        ef_mve_copy(to + before, in + (uint32_t)row * in_row, real);
        if (room > real) ef_mve_fill(to + before + real, zero_point, room - real);
    }
}

static void windows(const struct ef_call *call, ef_mve_dots_function *dots, uint32_t ahead) {
    const struct work work = begin(call, dots);
    const struct ef_conv_2d_s8_mve *record = work.record;
    const struct ef_window *window = &record->window;
    const uint32_t width = window->out_w, step = window->stride_w * window->in_c;
    const uint32_t down = window->stride_h * work.pitch;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t n = 0; n < window->batches; n++, in += (uint32_t)window->in_h * window->in_w * window->in_c) {
        uint32_t rows = record->rows, placed = 0, t = 0;
        for (uint32_t y = 0; y < window->out_h; y += rows, out += rows * width * window->out_c) {
            if (window->out_h - y < rows) rows = window->out_h - y;
            if (rows != placed) { /* the first band, and a smaller last one */
                t = 0;
                for (uint32_t i = 0; i < rows; i++) {
                    const int8_t *row = work.band + i * down + ahead;
                    list(&work, t, row, step, width / 4u);
                    place(&work, t, i * width, width / 4u);
                    t += width / 4u;
                    if (width % 4u == 0) continue;
                    list(&work, t, row + (width - 4u) * step, step, 1);
                    place(&work, t++, (i + 1u) * width - 4u, 1);
                }
                placed = rows;
            }
            fill_band(&work, in, y, rows);
            make(&work, t, work.pitch, out);
        }
    }
}

/* One pixel's window to `to`; may write 15 bytes too many. */
static inline void gather(const int8_t *from, uint32_t rows, uint32_t bytes, uint32_t pitch, int8_t *to) {
    if (bytes <= 16u) {
        for (; rows > 0; rows--, from += pitch, to += bytes) vstrbq_s8(to, vldrbq_s8(from));
        return;
    }
    for (; rows > 0; rows--, from += pitch, to += bytes) {
        for (uint32_t i = 0; i < bytes; i += 16u) vstrbq_s8(to + i, vldrbq_s8(from + i));
    }
}

/* The same for `count` pixels with 3x3 windows of three channels, 32 bytes each. */
#define GATHER_9(step)                                                                           \
    __asm__ volatile(                                                                            \
        "wls lr, %[count], 2f\n"                                                                 \
        "1: vldrb.8 q0, [%[a]], #" step "\n"                                                     \
        "vldrb.8 q1, [%[b]], #" step "\n"                                                        \
        "vldrb.8 q2, [%[c]], #" step "\n"                                                        \
        "vstrb.8 q0, [%[to]]\n"                                                                  \
        "vstrb.8 q1, [%[to], #9]\n"                                                              \
        "vstrb.8 q2, [%[to], #18]\n"                                                             \
        "adds %[to], #32\n"                                                                      \
        "le lr, 1b\n"                                                                            \
        "2:\n"                                                                                   \
        : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [to] "+r"(to)                                   \
        : [count] "r"(count)                                                                     \
        : "lr", "cc", "q0", "q1", "q2", "memory")
static void gather_9(const int8_t *a, uint32_t pitch, uint32_t step, int8_t *to, uint32_t count) {
    const int8_t *b = a + pitch, *c = b + pitch;
    if (step == 3u) GATHER_9("3");
    else GATHER_9("6");
}

/* The same for `count` pixels of up to 48 bytes each in even rows, all addresses even; offsets of 24 halfwords. */
static void gather_halves(const int8_t *from, uint32_t step, const uint16_t *offsets, int8_t *to, uint32_t depth,
                          uint32_t count) {
    const uint16x8_t a = vldrhq_u16(offsets), b = vldrhq_u16(offsets + 8), c = vldrhq_u16(offsets + 16);
    for (; count > 0; count--, from += step, to += depth) {
        const uint16_t *halves = (const uint16_t *)(const void *)from;
        const uint16x8_t p = vldrhq_gather_offset_u16(halves, a), q = vldrhq_gather_offset_u16(halves, b);
        const uint16x8_t r = vldrhq_gather_offset_u16(halves, c);
        vstrbq_u8((uint8_t *)to, vreinterpretq_u8_u16(p));
        vstrbq_u8((uint8_t *)to + 16, vreinterpretq_u8_u16(q));
        vstrbq_u8((uint8_t *)to + 32, vreinterpretq_u8_u16(r));
    }
}

static void gathered(const struct ef_call *call, ef_mve_dots_function *dots, int whole_sums) {
    struct work work = begin(call, dots);
    const struct ef_conv_2d_s8_mve *record = work.record;
    const struct ef_window *window = &record->window;
    const uint32_t width = window->out_w, depth = record->depth, kernel_h = window->kernel_h;
    const uint32_t step = window->stride_w * window->in_c, bytes = window->kernel_w * window->in_c;
    const int in_place = kernel_h == 1 && window->kernel_w == 1 && window->in_c % 16u == 0; /* no band */
    const uint32_t in_row = (uint32_t)window->in_w * window->in_c;
    const uint32_t pitch = in_place ? in_row : work.pitch;
    const uint32_t deep = pitch * window->dilation_h, down = pitch * window->stride_h;
    const int halves = kernel_h > 3u && kernel_h * bytes <= 48u && depth > 32u && !((bytes | step | pitch) & 1u);
    const int nines = kernel_h == 3u && bytes == 9u && depth == 32u && (step == 3u || step == 6u);
    uint16_t offsets[24] = {0};
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0], *scratch = work.band;
    if (!in_place) {
        const uint32_t last = (record->rows - 1u) * window->stride_h + (kernel_h - 1u) * window->dilation_h + 1u;
        take(&scratch, last * work.pitch + 16u);
    }
    work.columns = scratch;
    for (uint32_t i = 0, row = 0, at = 0; halves && i < kernel_h * bytes / 2u; i++, at += 2u) {
        if (at == bytes) {
            at = 0;
            row++;
        }
        offsets[i] = (uint16_t)(row * deep + at);
    }
    for (uint32_t n = 0; n < window->batches; n++, in += window->in_h * in_row) {
        uint32_t rows = record->rows, placed = 0, tiles = 0;
        for (uint32_t y = 0; y < window->out_h; y += rows, out += rows * width * window->out_c) {
            if (window->out_h - y < rows) rows = window->out_h - y;
            const uint32_t count = rows * width;
            const int8_t *row = in_place ? in + y * down : work.band;
            int8_t *to = work.columns;
            if (!in_place) fill_band(&work, in, y, rows);
            for (uint32_t i = 0; i < rows; i++, row += down) {
                const int8_t *from = row;
                if (halves) {
                    gather_halves(from, step, offsets, to, depth, width);
                    to += width * depth;
                } else if (nines) {
                    gather_9(from, deep, step, to, width);
                    to += width * depth;
                } else {
                    for (uint32_t x = width; x > 0; x--, from += step, to += depth)
                        gather(from, kernel_h, bytes, deep, to);
                }
            }
            if (placed != count) tiles = lay(&work, work.columns, depth, count, 0);
            placed = count;
            make(&work, tiles, whole_sums ? 32u * tiles : depth, out);
        }
    }
}

void ef_conv_2d_pixels_8_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_8, 1); }
void ef_conv_2d_pixels_16_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_16, 1); }
void ef_conv_2d_pixels_24_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_24, 0); }
void ef_conv_2d_pixels_32_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_32, 0); }
void ef_conv_2d_pixels_40_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_40, 0); }
void ef_conv_2d_pixels_48_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_48, 0); }
void ef_conv_2d_pixels_64_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_64, 0); }
void ef_conv_2d_pixels_by_16_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_by_16, 0); }
void ef_conv_2d_pixels_by_64_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_by_64, 0); }
void ef_conv_2d_pixels_by_128_s8_mve(const struct ef_call *call) { pixels(call, ef_mve_dots_by_128, 0); }
void ef_conv_2d_gathered_8_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_8, 1); }
void ef_conv_2d_gathered_16_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_16, 1); }
void ef_conv_2d_gathered_24_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_24, 0); }
void ef_conv_2d_gathered_32_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_32, 0); }
void ef_conv_2d_gathered_40_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_40, 0); }
void ef_conv_2d_gathered_48_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_48, 0); }
void ef_conv_2d_gathered_64_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_64, 0); }
void ef_conv_2d_gathered_by_16_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_by_16, 0); }
void ef_conv_2d_gathered_by_64_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_by_64, 0); }
void ef_conv_2d_gathered_by_128_s8_mve(const struct ef_call *call) { gathered(call, ef_mve_dots_by_128, 0); }
void ef_conv_2d_windows_16_s8_mve(const struct ef_call *call) { windows(call, ef_mve_window_16, 0); }
void ef_conv_2d_windows_32_s8_mve(const struct ef_call *call) { windows(call, ef_mve_window_32, 64); }
void ef_conv_2d_windows_64_s8_mve(const struct ef_call *call) { windows(call, ef_mve_window_64, 64); }
void ef_conv_2d_windows_16_s2_s8_mve(const struct ef_call *call) { windows(call, ef_mve_window_16_s2, 64); }
void ef_conv_2d_windows_32_s2_s8_mve(const struct ef_call *call) { windows(call, ef_mve_window_32_s2, 64); }

#else
typedef int ef_conv_2d_s8_mve_needs_helium; /* a file must not be empty */
#endif
