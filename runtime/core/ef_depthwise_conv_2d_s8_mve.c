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

/* The offsets are known to the assembly. */
struct dots {
    const int8_t *w;       /*  0 */
    const int32_t *bias;   /*  4 */
    const int8_t *plane;   /*  8 */
    uint32_t plane_bytes;  /* 12 */
    const void *addresses; /* 16 */
    int32_t *sums;         /* 20 */
    uint32_t units;        /* 24 */
    const uint8_t *lanes;  /* 28: the tap of each lane of a filter */
};

struct store {
    const int32_t *sums;        /*  0 */
    const uint16_t *places;     /*  4 */
    const int32_t *multipliers; /*  8 */
    const int8_t *shifts;       /* 12 */
    int8_t *out;                /* 16 */
    uint32_t units;             /* 20 */
    int32_t zero_point;         /* 24 */
    int32_t min, max;           /* 28, 32 */
    uint32_t kind;              /* 36 */
};

#define ALL "{r0, r2, r4, r6, r8, r10, r12, lr}\n"
#define M(r, x, w) "vmladava.s8 " r ", " x ", " w "\n"

/* [sp] eight biases; r11 the arguments, r9 sums, r7 lanes of real taps. */
#define BEGIN(lanes)                                                                             \
    "push {r4-r11, lr}\n"                                                                        \
    "vpush {d8-d15}\n"                                                                           \
    "sub sp, #36\n"                                                                              \
    "mov r11, r0\n"                                                                              \
    "ldr r9, [r11, #20]\n"                                                                       \
    "movw r1, #" lanes "\n"                                                                      \
    "vmsr p0, r1\n"
#define FILTER(offset)                                                                           \
    "ldrd r2, r4, [r11]\n"                                                                       \
    "ldr r1, [r11, #28]\n"                                                                       \
    "vldrb.8 q7, [r1]\n"                                                                         \
    "vpst\n"                                                                                     \
    "vldrbt.u8 q0, [r2, q7]\n"                                                                   \
    "adds r2, #9\n"                                                                              \
    "ldr r6, [r4], #4\n"                                                                         \
    "strd r2, r4, [r11]\n"                                                                       \
    "vdup.32 q4, r6\n"                                                                           \
    "vstrw.32 q4, [sp]\n"                                                                        \
    "vstrw.32 q4, [sp, #16]\n"                                                                   \
    "movs r4, #0\n"                                                                              \
    "ldrd r1, r0, [r11, #8]\n"                                                                   \
    "ldr r3, [r11, #16]\n"                                                                       \
    "ldr r5, [r11, #24]\n" offset
#define END "add sp, #36\n" "vpop {d8-d15}\n" "pop {r4-r11, pc}\n"

#define LOOP_S1                                                                                  \
    "vmov q1, q0\n"                                                                              \
    "vshlc q1, r4, #8\n"                                                                         \
    "vmov q2, q0\n"                                                                              \
    "vshlc q2, r4, #32\n"                                                                        \
    "vmov q3, q1\n"                                                                              \
    "vshlc q3, r4, #32\n"                                                                        \
    "1:\n"                                                                                       \
    "vldrh.16 q4, [r3], #16\n"                                                                   \
    "ldm sp, " ALL                                                                               \
    "vldrh.u16 q5, [r1, q4]\n" M("r0", "q5", "q0")                                               \
    "vldrh.16 q6, [r3], #16\n" M("r2", "q5", "q1")                                               \
    "vldrh.u16 q7, [r1, q6]\n" M("r4", "q5", "q2") M("r6", "q5", "q3")                           \
    M("r8", "q7", "q0") M("r10", "q7", "q1") M("r12", "q7", "q2") M("lr", "q7", "q3")            \
    "subs r5, #1\n"                                                                              \
    "stmia r9!, " ALL                                                                            \
    "bne 1b\n"
#define LOOP_S2                                                                                  \
    "vmov q1, q0\n"                                                                              \
    "vshlc q1, r4, #16\n"                                                                        \
    "ldr r6, [r11, #28]\n"                                                                       \
    "vldrb.8 q2, [r6, #16]\n"                                                                    \
    "1:\n"                                                                                       \
    "ldrd r1, r7, [r3], #8\n"                                                                    \
    "ldm sp, " ALL                                                                               \
    "vldrb.u8 q4, [r1, q2]\n" M("r0", "q4", "q0") M("r2", "q4", "q1")                            \
    "vldrb.u8 q5, [r7, q2]\n"                                                                    \
    "ldrd r1, r7, [r3], #8\n" M("r4", "q5", "q0") M("r6", "q5", "q1")                            \
    "vldrb.u8 q6, [r1, q2]\n" M("r8", "q6", "q0") M("r10", "q6", "q1")                           \
    "vldrb.u8 q7, [r7, q2]\n" M("r12", "q7", "q0") M("lr", "q7", "q1")                           \
    "subs r5, #1\n"                                                                              \
    "stmia r9!, " ALL                                                                            \
    "bne 1b\n"

EF_MVE_NAKED static void dots_s1(struct dots *dots __attribute__((unused))) {
    __asm__ volatile(BEGIN("0x0777") FILTER("") LOOP_S1 FILTER("adds r1, r0\n") LOOP_S1 END);
}

/* The second plane's addresses follow the first's. */
EF_MVE_NAKED static void dots_s2(struct dots *dots __attribute__((unused))) {
    __asm__ volatile(BEGIN("0x1ce7") FILTER("") LOOP_S2 FILTER("add r3, r3, r5, lsl #4\n") LOOP_S2 END);
}

/* r0, r1 multipliers, r2, r3 shifts, r4, r5 sums, r6 places, r7 out, r8 zero point, q5, q6 clamp. */
#define AWAY(q) "vshr.s32 q7, " q ", #31\n" "vqadd.s32 " q ", " q ", q7\n"
#define UNIT(away, narrow)                                                                       \
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
#define FULL "vqadd.s16 q0, q0, r8\n" "vqadd.s16 q2, q2, r8\n" "vqmovnb.s16 q0, q0\n" "vqmovnt.s16 q0, q2\n"
#define ALL_AWAY AWAY("q0") AWAY("q1") AWAY("q2") AWAY("q3")

EF_MVE_NAKED static void store_pair(struct store *store __attribute__((unused))) {
    __asm__ volatile(
        "push {r4-r8, lr}\n"
        "vpush {d8-d15}\n"
        "mov r12, r0\n"
        "ldrd r2, r3, [r12, #28]\n"
        "vdup.8 q5, r2\n"
        "vdup.8 q6, r3\n"
        "ldrd r4, r6, [r12]\n"
        "ldrd r7, lr, [r12, #16]\n"
        "add r5, r4, lr, lsl #5\n"
        "ldrd r8, r3, [r12, #8]\n"
        "ldmia r8!, {r0, r1}\n"
        "ldrsb r2, [r3], #1\n"
        "str r8, [r12, #8]\n"
        "ldrsb r8, [r3], #1\n"
        "str r3, [r12, #12]\n"
        "mov r3, r8\n"
        "ldr r8, [r12, #36]\n"
        "cmp r8, #1\n"
        "ldr r8, [r12, #24]\n"
        "beq 4f\n"
        "bhi 5f\n"
        "mov r8, #0x80\n"
        UNIT("", "vqmovunb.s16 q0, q0\n" "vqmovunt.s16 q0, q2\n" "vadd.i8 q0, q0, r8\n")
        "b 9f\n"
        "4:\n" UNIT(ALL_AWAY, FULL)
        "b 9f\n"
        "5:\n" UNIT(ALL_AWAY, FULL "vmax.s8 q0, q0, q5\n" "vmin.s8 q0, q0, q6\n")
        "9: vpop {d8-d15}\n"
        "pop {r4-r8, pc}\n");
}

/* `pixels` pixels of two channels at `x`, `channels` bytes apart, to the places of both planes. */
static void split(const int8_t *x, uint32_t channels, uint32_t pixels, const uint16_t *places, int8_t *plane,
                  uint32_t plane_bytes) {
    const uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)channels);
    __asm__ volatile(
        "wlstp.16 lr, %[pixels], 2f\n"
        "1: vldrh.u16 q0, [%[x], %q[offsets]]\n"
        "vldrh.u16 q1, [%[places]], #16\n"
        "vstrb.16 q0, [%[first], q1]\n"
        "vshr.u16 q0, q0, #8\n"
        "vstrb.16 q0, [%[second], q1]\n"
        "add %[x], %[step]\n"
        "letp lr, 1b\n"
        "2:\n"
        : [x] "+r"(x), [places] "+r"(places)
        : [pixels] "r"(pixels), [offsets] "w"(offsets), [first] "r"(plane), [second] "r"(plane + plane_bytes),
          [step] "r"(8u * channels)
        : "lr", "q0", "q1", "memory");
}

static int8_t *take(int8_t **scratch, uint32_t bytes) {
    int8_t *const begin = *scratch;
    *scratch = begin + ((bytes + 15u) & ~15u);
    return begin;
}

/* Where output (y, x) of a band goes. */
static inline uint16_t place(const struct ef_window *window, uint32_t rows, uint32_t y, uint32_t x) {
    return (uint16_t)(y < rows && x < window->out_w ? (y * window->out_w + x) * window->out_c : UNUSED);
}

/* Patches and places of stride 1: tiles of 2x2 outputs, two a unit; VQMOVNT puts the second one's between the
 * first one's. */
static void lay_s1(const struct ef_window *window, uint32_t rows, uint32_t pitch, uint32_t units, uint16_t *addresses,
                   uint16_t *places) {
    const uint16x8_t column = vandq_u16(vidupq_n_u16(0, 2), vdupq_n_u16(2));
    const uint16x8_t patch = vmlaq_n_u16(column, vshrq_n_u16(vidupq_n_u16(0, 1), 1), (uint16_t)pitch);
    uint32_t y = 0, x = 0;
    for (uint32_t tile = 0; tile < 2u * units; tile++, addresses += 8) {
        uint16_t *at = places + (tile >> 1) * 8u + (tile & 1u);
        if (y >= rows) { /* one tile too many */
            vstrhq_u16(addresses, patch);
            at[0] = at[2] = at[4] = at[6] = UNUSED;
            continue;
        }
        vstrhq_u16(addresses, vaddq_n_u16(patch, (uint16_t)(y * pitch + x)));
        at[0] = place(window, rows, y, x);
        at[2] = place(window, rows, y, x + 1u);
        at[4] = place(window, rows, y + 1u, x);
        at[6] = place(window, rows, y + 1u, x + 1u);
        x += 2u;
        if (x >= window->out_w) {
            x = 0;
            y += 2u;
        }
    }
}

/* The same for stride 2: patches of two adjacent outputs, four a unit; both planes' addresses. */
static void lay_s2(const struct ef_window *window, uint32_t rows, uint32_t pitch, uint32_t units, const int8_t *plane,
                   uint32_t plane_bytes, const int8_t **addresses, uint16_t *places) {
    uint32_t y = 0, x = 0;
    for (uint32_t patch = 0; patch < 4u * units; patch++) {
        uint16_t *at = places + (patch >> 2) * 8u + ((patch & 1u) << 2) + (patch >> 1 & 1u);
        const int8_t *from = plane + (y < rows ? 2u * y * pitch + 2u * x : 0u);
        addresses[patch] = from;
        addresses[4u * units + patch] = from + plane_bytes;
        at[0] = place(window, rows, y, x);
        at[2] = place(window, rows, y, x + 1u);
        x += 2u;
        if (x >= window->out_w) {
            x = 0;
            y += 1u;
        }
    }
}

static void run(const struct ef_call *call, uint32_t stride) {
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
    /* taps of lanes, four (five) to a row; then the lanes of a 3x5 patch */
    uint8_t lanes[32] = {0};
    for (uint32_t i = 0; i < 9u; i++) lanes[(stride == 1u ? 4u : 5u) * (i / 3u) + i % 3u] = (uint8_t)i;
    if (stride == 1u) {
        lay_s1(window, rows, pitch, units, addresses, places);
    } else {
        for (uint32_t i = 0; i < 15u; i++) lanes[16u + i] = (uint8_t)(i / 5u * pitch + i % 5u);
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
            const uint32_t below = window->in_h - first, room = plane_rows - above;
            const uint32_t real = below < room ? below : room;
            const int8_t *x = in + first * width * channels;
            int8_t *to = out + y * window->out_w * channels;
            struct dots dots = {call->inputs[1], call->inputs[2], plane, plane_bytes, addresses, sums, units, lanes};
            struct store store = {sums, places, call->inputs[3], call->inputs[4], to, units, record->output.zero_point,
                                  record->output.min, record->output.max, record->output.kind};
            ef_mve_fill(plane, record->in_zero_point, 2u * plane_bytes);
            for (uint32_t c = 0; c < channels; c += 2u) {
                const int last = c + 2u == channels;
                const int8_t a = to[channels], b = to[channels + 1u];
                split(x + c, channels, real * width, pixels, plane + above * pitch + window->pad_left, plane_bytes);
                if (stride == 1u) dots_s1(&dots);
                else dots_s2(&dots);
                store_pair(&store);
                store.out += 2;
                if (last) { /* behind the last channels lie the next pixel's first, made long ago */
                    to[channels] = a;
                    to[channels + 1u] = b;
                }
            }
        }
        in += (uint32_t)window->in_h * width * channels;
        out += (uint32_t)window->out_h * window->out_w * channels;
    }
}

void ef_depthwise_conv_2d_s8_mve(const struct ef_call *call) { run(call, 1); }
void ef_depthwise_conv_2d_s2_s8_mve(const struct ef_call *call) { run(call, 2); }

#else
typedef int ef_depthwise_conv_2d_s8_mve_needs_helium; /* a file must not be empty */
#endif
