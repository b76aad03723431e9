/* DEPTHWISE_CONV_2D 3x3, int8, for Helium; see the header. MVE has no widening multiply-accumulate by lanes, so channels
 * are taken one by one: the pixels of two channels are brought into two padded planes; one gather loads a patch of
 * 4x4 pixels (stride 2: 3x5), of which one VMLADAVA an output makes four (two) outputs with the filter in as many
 * places. Eight sums of both channels become eight halfwords of output. Unused outputs go where the next channels
 * are written later. */
#include "ef_depthwise_conv_2d_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

#include "ef_mve_copy.h"

#define UNUSED 2u /* where outputs that nobody wants go: the first pixel's next two channels */

/* One band. The offsets are known to the assembly; what says so is advanced by it. */
struct band {
    const int8_t *x;            /*  0: advanced: the first real pixel, at the first channel of the next pair */
    uint32_t pixels;            /*  4: real ones */
    int8_t *first, *second;     /*  8, 12: where they begin in the planes */
    const uint16_t *where;      /* 16: where they lie from there */
    uint32_t step;              /* 20: bytes from a pixel to the eighth after it */
    const int8_t *w;            /* 24: advanced */
    const int32_t *bias;        /* 28: advanced */
    const int8_t *planes[2];    /* 32, 36 */
    const void *addresses;      /* 40 */
    uint32_t units;             /* 44 */
    int32_t *sums;              /* 48 */
    const uint16_t *places;     /* 52 */
    int8_t *out;                /* 56: advanced */
    const int32_t *multipliers; /* 60: advanced */
    const int8_t *shifts;       /* 64: advanced */
    uint32_t pairs;             /* 68: of channels to make, above 0 */
    int32_t zero_point;         /* 72 */
    int32_t min, max;           /* 76, 80 */
    uint32_t kind;              /* 84 */
    uint16_t apart[8];          /* 88: offsets of eight pixels */
    uint8_t taps[16];           /* 104: the tap of each lane of a filter */
    uint8_t patch[16];          /* 120: stride 2: offsets of a patch */
};

#define ALL "{r0, r2, r4, r6, r8, r10, r12, lr}\n"
#define M(r, x, w) "vmladava.s8 " r ", " x ", " w "\n"

/* Two channels of the input into the planes. */
#define SPLIT                                                                                    \
    "ldm r11, {r1-r6}\n"                                                                         \
    "adds r0, r1, #2\n"                                                                          \
    "str r0, [r11]\n"                                                                            \
    "add r0, r11, #88\n"                                                                         \
    "vldrh.16 q2, [r0]\n"                                                                        \
    "wlstp.16 lr, r2, 2f\n"                                                                      \
    "1: vldrh.u16 q0, [r1, q2]\n"                                                                \
    "vldrh.16 q1, [r5], #16\n"                                                                   \
    "vstrb.16 q0, [r3, q1]\n"                                                                    \
    "vshr.u16 q0, q0, #8\n"                                                                      \
    "vstrb.16 q0, [r4, q1]\n"                                                                    \
    "add r1, r6\n"                                                                               \
    "letp lr, 1b\n"                                                                              \
    "2:\n"
/* A channel's filter to q0 and its bias to [sp], eight times; r1 plane, r3 addresses, r5 units, r4 = 0. */
#define FILTER(plane)                                                                            \
    "add r0, r11, #104\n"                                                                        \
    "vldrb.8 q7, [r0]\n"                                                                         \
    "ldrd r2, r4, [r11, #24]\n"                                                                  \
    "vpst\n"                                                                                     \
    "vldrbt.u8 q0, [r2, q7]\n"                                                                   \
    "adds r2, #9\n"                                                                              \
    "ldr r6, [r4], #4\n"                                                                         \
    "strd r2, r4, [r11, #24]\n"                                                                  \
    "vdup.32 q4, r6\n"                                                                           \
    "vstrw.32 q4, [sp]\n"                                                                        \
    "vstrw.32 q4, [sp, #16]\n"                                                                   \
    "movs r4, #0\n"                                                                              \
    "ldr r1, [r11, #" plane "]\n"                                                                \
    "ldrd r3, r5, [r11, #40]\n"
/* Sums of all units to r9. */
#define UNIT_S1                                                                                  \
    "vldrh.16 q4, [r3], #16\n"                                                                   \
    "ldm sp, " ALL                                                                               \
    "vldrh.u16 q5, [r1, q4]\n" M("r0", "q5", "q0")                                               \
    "vldrh.16 q6, [r3], #16\n" M("r2", "q5", "q1")                                               \
    "vldrh.u16 q7, [r1, q6]\n" M("r4", "q5", "q2") M("r6", "q5", "q3")                           \
    M("r8", "q7", "q0") M("r10", "q7", "q1") M("r12", "q7", "q2") M("lr", "q7", "q3")            \
    "stmia r9!, " ALL
#define UNIT_S2                                                                                  \
    "ldrd r1, r7, [r3], #8\n"                                                                    \
    "ldm sp, " ALL                                                                               \
    "vldrb.u8 q4, [r1, q2]\n" M("r0", "q4", "q0") M("r2", "q4", "q1")                            \
    "vldrb.u8 q5, [r7, q2]\n"                                                                    \
    "ldrd r1, r7, [r3], #8\n" M("r4", "q5", "q0") M("r6", "q5", "q1")                            \
    "vldrb.u8 q6, [r1, q2]\n" M("r8", "q6", "q0") M("r10", "q6", "q1")                           \
    "vldrb.u8 q7, [r7, q2]\n" M("r12", "q7", "q0") M("lr", "q7", "q1")                           \
    "stmia r9!, " ALL
/* Two units a turn; an odd number begins in the middle. */
#define BY_TWO(unit)                                                                             \
    "tst r5, #1\n"                                                                               \
    "bne 2f\n"                                                                                   \
    "1:\n" unit                                                                                  \
    "2:\n" unit                                                                                  \
    "subs r5, #2\n"                                                                              \
    "bgt 1b\n"
#define DOTS_S1                                                                                  \
    "vmov q1, q0\n"                                                                              \
    "vshlc q1, r4, #8\n"                                                                         \
    "vmov q2, q0\n"                                                                              \
    "vshlc q2, r4, #32\n"                                                                        \
    "vmov q3, q1\n"                                                                              \
    "vshlc q3, r4, #32\n" BY_TWO(UNIT_S1)
#define DOTS_S2                                                                                  \
    "vmov q1, q0\n"                                                                              \
    "vshlc q1, r4, #16\n"                                                                        \
    "add r6, r11, #120\n"                                                                        \
    "vldrb.8 q2, [r6]\n" BY_TWO(UNIT_S2)

/* r0, r1 multipliers, r2, r3 shifts, r4, r5 sums, r6 places, r7 out, r8 zero point, r9, r10 clamp. */
#define AWAY(q) "vshr.s32 q7, " q ", #31\n" "vqadd.s32 " q ", " q ", q7\n"
#define UNITS(away, narrow)                                                                      \
    "dls lr, lr\n"                                                                               \
    "1:\n"                                                                                       \
    "vldrw.32 q1, [r4, #16]\n"                                                                   \
    "vqrdmulh.s32 q1, q1, r0\n"                                                                  \
    "vldrw.32 q0, [r4], #32\n"                                                                   \
    "vqrdmulh.s32 q0, q0, r0\n"                                                                  \
    "vldrw.32 q3, [r5, #16]\n"                                                                   \
    "vqrdmulh.s32 q3, q3, r1\n"                                                                  \
    "vldrw.32 q2, [r5], #32\n"                                                                   \
    "vqrdmulh.s32 q2, q2, r1\n" away                                                             \
    "vrshl.s32 q0, r2\n"                                                                         \
    "vrshl.s32 q1, r2\n"                                                                         \
    "vqmovnb.s32 q0, q0\n"                                                                       \
    "vrshl.s32 q2, r3\n"                                                                         \
    "vqmovnt.s32 q0, q1\n"                                                                       \
    "vrshl.s32 q3, r3\n"                                                                         \
    "vqmovnb.s32 q2, q2\n"                                                                       \
    "vldrh.16 q4, [r6], #16\n"                                                                   \
    "vqmovnt.s32 q2, q3\n" narrow                                                                \
    "vstrh.16 q0, [r7, q4]\n"                                                                    \
    "le lr, 1b\n"
#define RELU "vqmovunb.s16 q0, q0\n" "vqmovunt.s16 q0, q2\n" "vadd.i8 q0, q0, r8\n"
#define FULL "vqadd.s16 q0, q0, r8\n" "vqadd.s16 q2, q2, r8\n" "vqmovnb.s16 q0, q0\n" "vqmovnt.s16 q0, q2\n"
#define ALL_AWAY AWAY("q0") AWAY("q1") AWAY("q2") AWAY("q3")
#define STORE                                                                                    \
    "ldr lr, [r11, #44]\n"                                                                       \
    "ldrd r4, r6, [r11, #48]\n"                                                                  \
    "add r5, r4, lr, lsl #5\n"                                                                   \
    "ldrd r7, r9, [r11, #56]\n"                                                                  \
    "ldr r10, [r11, #64]\n"                                                                      \
    "ldmia r9!, {r0, r1}\n"                                                                      \
    "ldrsb r2, [r10], #1\n"                                                                      \
    "ldrsb r3, [r10], #1\n"                                                                      \
    "adds r7, #2\n"                                                                              \
    "strd r7, r9, [r11, #56]\n"                                                                  \
    "str r10, [r11, #64]\n"                                                                      \
    "subs r7, #2\n"                                                                              \
    "ldr r12, [r11, #84]\n"                                                                      \
    "ldr r8, [r11, #72]\n"                                                                       \
    "cmp r12, #1\n"                                                                              \
    "beq 4f\n"                                                                                   \
    "bhi 5f\n"                                                                                   \
    "mov r8, #0x80\n" UNITS("", RELU)                                                            \
    "b 9f\n"                                                                                     \
    "4:\n" UNITS(ALL_AWAY, FULL)                                                                 \
    "b 9f\n"                                                                                     \
    "5:\n"                                                                                       \
    "ldrd r9, r10, [r11, #76]\n"                                                                 \
    "vdup.8 q5, r9\n"                                                                            \
    "vdup.8 q6, r10\n" UNITS(ALL_AWAY, FULL "vmax.s8 q0, q0, q5\n" "vmin.s8 q0, q0, q6\n")      \
    "9:\n"

/* `lanes`: those of a filter that hold a tap. `other`: to the addresses of the second plane. */
#define PAIRS(lanes, dots, other)                                                                \
    __asm__ volatile(                                                                            \
        "push {r4-r11, lr}\n"                                                                    \
        "vpush {d8-d15}\n"                                                                       \
        "sub sp, #36\n"                                                                          \
        "mov r11, r0\n"                                                                          \
        "movw r1, #" lanes "\n"                                                                  \
        "vmsr p0, r1\n"                                                                          \
        "7:\n" SPLIT FILTER("32")                                                                \
        "ldr r9, [r11, #48]\n" dots FILTER("36") other dots STORE                                \
        "ldr r0, [r11, #68]\n"                                                                   \
        "subs r0, #1\n"                                                                          \
        "str r0, [r11, #68]\n"                                                                   \
        "bne.w 7b\n"                                                                             \
        "add sp, #36\n"                                                                          \
        "vpop {d8-d15}\n"                                                                        \
        "pop {r4-r11, pc}\n")

EF_MVE_NAKED static void pairs_s1(struct band *band __attribute__((unused))) { PAIRS("0x0777", DOTS_S1, ""); }

EF_MVE_NAKED static void pairs_s2(struct band *band __attribute__((unused))) {
    PAIRS("0x1ce7", DOTS_S2, "add r3, r3, r5, lsl #4\n");
}

static int8_t *take(int8_t **scratch, uint32_t bytes) {
    int8_t *const begin = *scratch;
    *scratch = begin + ((bytes + 15u) & ~15u);
    return begin;
}

/* Patches and places of stride 1: tiles of 2x2 outputs, two a unit; VQMOVNT puts the second one's places between the
 * first one's. */
static void lay_s1(const struct ef_window *window, uint32_t rows, uint32_t pitch, uint32_t units, uint16_t *addresses,
                   uint16_t *places) {
    const uint32_t channels = window->out_c, width = window->out_w, odd = width & 1u;
    const uint32x4_t every_other = vidupq_n_u32(0, 4), unused = vdupq_n_u32(UNUSED);
    const uint16x8_t column = vandq_u16(vidupq_n_u16(0, 2), vdupq_n_u16(2));
    const uint16x8_t patch = vmlaq_n_u16(column, vshrq_n_u16(vidupq_n_u16(0, 1), 1), (uint16_t)pitch);
    /* lanes 0, C, W'C, (W' + 1)C */
    const uint32x4_t lane = vidupq_n_u32(0, 1), right = vandq_u32(lane, vdupq_n_u32(1));
    const uint32x4_t corner = vmulq_n_u32(vmlaq_n_u32(right, vshrq_n_u32(lane, 1), width), channels);
    uint32_t step = 1;
    for (uint32_t y = 0; y < rows; y += 2u) {
        const mve_pred16_t both = y + 1u < rows ? 0xffffu : 0x00ffu;
        uint32x4_t to = vaddq_n_u32(corner, y * width * channels);
        uint16x8_t from = vaddq_n_u16(patch, (uint16_t)(y * pitch));
        for (uint32_t tiles = width / 2u; tiles > 0; tiles--) {
            vstrhq_u16(addresses, from);
            vstrhq_scatter_offset_u32(places, every_other, vpselq_u32(to, unused, both));
            addresses += 8;
            places += step;
            step ^= 6u; /* 1, 7, 1, 7: the next place in this unit, then the next unit */
            from = vaddq_n_u16(from, 2);
            to = vaddq_n_u32(to, 2u * channels);
        }
        if (odd) {
            vstrhq_u16(addresses, from);
            vstrhq_scatter_offset_u32(places, every_other, vpselq_u32(to, unused, both & 0x0f0fu));
            addresses += 8;
            places += step;
            step ^= 6u;
        }
    }
    const uint32_t tiles = (rows + 1u) / 2u * (width / 2u + odd);
    if (tiles < 2u * units) { /* one too many */
        vstrhq_u16(addresses, patch);
        vstrhq_scatter_offset_u32(places, every_other, unused);
    }
}

/* The same for stride 2: patches of two adjacent outputs, four a unit; both planes' addresses. */
static void lay_s2(const struct ef_window *window, uint32_t rows, uint32_t pitch, uint32_t units, const int8_t *plane,
                   uint32_t plane_bytes, const int8_t **addresses, uint16_t *places) {
    static const int8_t step[4] = {4, -3, 4, 3}; /* patch 0 has places 0 and 2, 1: 4 and 6, 2: 1 and 3, 3: 5 and 7 */
    const uint32_t channels = window->out_c, width = window->out_w;
    const int8_t **const second = addresses + 4u * units;
    uint32_t patch = 0, to = 0;
    for (uint32_t y = 0; y < rows; y++, plane += 2u * pitch) {
        const int8_t *from = plane;
        for (uint32_t x = 0; x < width; x += 2u, patch++, from += 4) {
            addresses[patch] = from;
            second[patch] = from + plane_bytes;
            places[0] = (uint16_t)to;
            places[2] = (uint16_t)(x + 1u < width ? to + channels : UNUSED);
            to += x + 1u < width ? 2u * channels : channels;
            places += step[patch & 3u];
        }
    }
    for (; patch < 4u * units; patch++) {
        addresses[patch] = plane - 2u * pitch;
        second[patch] = addresses[patch] + plane_bytes;
        places[0] = places[2] = UNUSED;
        places += step[patch & 3u];
    }
}

static void run(const struct ef_call *call, uint32_t stride, void (*make)(struct band *band)) {
    const struct ef_depthwise_conv_2d_s8_mve *record = call->record;
    const struct ef_window *window = &record->window;
    const uint32_t channels = window->out_c, width = window->in_w, rows = record->rows;
    const uint32_t out_width = (window->out_w + 1u) & ~1u, even = stride == 1u ? (rows + 1u) & ~1u : rows;
    const uint32_t pitch = stride * out_width + 2u, plane_rows = stride == 1u ? even + 2u : 2u * rows + 1u;
    const uint32_t units = (even * out_width + 7u) / 8u;
    int8_t *scratch = call->scratch;
    const uint32_t plane_bytes = (plane_rows * pitch + 16u + 15u) & ~15u;
    int8_t *const plane = take(&scratch, 2u * plane_bytes);
    int32_t *const sums = (int32_t *)(void *)take(&scratch, units * 64u);
    void *const addresses = take(&scratch, units * 32u);
    uint16_t *const places = (uint16_t *)(void *)take(&scratch, units * 16u);
    uint16_t *const pixels = (uint16_t *)(void *)scratch;
    struct band band = {.step = 8u * channels, .addresses = addresses, .units = units, .sums = sums, .places = places};
    band.where = pixels;
    band.planes[0] = plane;
    band.planes[1] = plane + plane_bytes;
    band.zero_point = record->output.zero_point;
    band.min = record->output.min;
    band.max = record->output.max;
    band.kind = record->output.kind;
    for (uint32_t i = 0; i < 8u; i++) band.apart[i] = (uint16_t)(i * channels);
    for (uint32_t i = 0, row = 0; i < 9u; row += stride == 1u ? 4u : 5u) {
        for (uint32_t x = 0; x < 3u; x++, i++) band.taps[row + x] = (uint8_t)i;
    }
    if (stride == 1u) {
        lay_s1(window, rows, pitch, units, addresses, places);
    } else {
        for (uint32_t i = 0, row = 0; i < 15u; row += pitch) {
            for (uint32_t x = 0; x < 5u; x++, i++) band.patch[i] = (uint8_t)(row + x);
        }
        lay_s2(window, rows, pitch, units, plane, plane_bytes, addresses, places);
    }
    for (uint32_t row = 0, i = 0; row < plane_rows && row < window->in_h; row++, i += width) {
        for (uint32_t x = 0; x < width; x += 8u)
            vstrhq_u16(pixels + i + x, vaddq_n_u16(vidupq_n_u16(0, 1), (uint16_t)(row * pitch + x)));
    }
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    for (uint32_t n = 0; n < window->batches; n++) {
        for (uint32_t y = 0; y < window->out_h; y += rows) {
            if (y + rows > window->out_h) y = window->out_h - rows; /* some rows are made twice */
            const int32_t top = (int32_t)(y * stride) - window->pad_top;
            const uint32_t above = top < 0 ? (uint32_t)-top : 0u, first = top < 0 ? 0u : (uint32_t)top;
            const uint32_t below = window->in_h - first, rest = plane_rows - above;
            int8_t *const to = out + y * window->out_w * channels;
            ef_mve_fill(plane, record->in_zero_point, 2u * plane_bytes);
            band.x = in + first * width * channels;
            band.pixels = (below < rest ? below : rest) * width;
            band.first = plane + above * pitch + window->pad_left;
            band.second = band.first + plane_bytes;
            band.w = call->inputs[1];
            band.bias = call->inputs[2];
            band.multipliers = call->inputs[3];
            band.shifts = call->inputs[4];
            band.out = to;
            band.pairs = channels / 2u - 1u;
            make(&band);
            /* behind the last channels lie the next pixel's first, made already */
            const int8_t a = to[channels], b = to[channels + 1u];
            band.pairs = 1;
            make(&band);
            to[channels] = a;
            to[channels + 1u] = b;
        }
        in += (uint32_t)window->in_h * width * channels;
        out += (uint32_t)window->out_h * window->out_w * channels;
    }
}

void ef_depthwise_conv_2d_s8_mve(const struct ef_call *call) { run(call, 1, pairs_s1); }
void ef_depthwise_conv_2d_s2_s8_mve(const struct ef_call *call) { run(call, 2, pairs_s2); }

#else
typedef int ef_depthwise_conv_2d_s8_mve_needs_helium; /* a file must not be empty */
#endif
