/* DEPTHWISE_CONV_2D of the interpreter with Helium; see ef_row_mve.h. Eight channels at a time: seven instructions a tap
 * for them. VMULLB and VMULLT take every other halfword, so sums of even and of odd channels stand apart until they are
 * bytes. Empty on other cores. */
#include "ef_row_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>


/* Four sums of every other channel, brought to the output's scale. */
static inline int32x4_t scaled(int32x4_t sum, const int32_t *bias, const int32_t *multipliers, const int8_t *shifts) {
    const uint32x4_t at = vidupq_n_u32(0, 2);
    sum = vaddq_s32(sum, vldrwq_gather_shifted_offset_s32(bias, at));
    sum = vqrdmulhq_s32(sum, vldrwq_gather_shifted_offset_s32(multipliers, at));
    return vrshlq_s32(vaddq_s32(sum, vshrq_n_s32(sum, 31)), vldrbq_gather_offset_s32(shifts, at));
}

int ef_depthwise_conv_2d_row_mve(const struct ef_window *window, const struct ef_channels_s8 *channels,
                                 const struct ef_call *call, const struct ef_rows *rows, int8_t *out) {
    const uint32_t count = window->out_c, step = (uint32_t)window->dilation_w * count;
    const int32_t *const bias = call->inputs[2], *const multipliers = ef_channels_s8_multipliers(channels);
    const int8_t *const shifts = ef_channels_s8_shifts(channels), *const weights = call->inputs[1];
    const int16_t zero_point = channels->in_zero_point;
    if (!bias || count % 8u != 0 || channels->count != count || !channels->right_shifts) return 0;
    const int16x8_t min = vdupq_n_s16(channels->min), max = vdupq_n_s16(channels->max);
    for (int32_t x = 0; x < rows->out_w; x++, out += count) {
        const struct ef_columns columns = ef_window_columns(window, x);
        const int32_t real = columns.kx_end - columns.kx_begin;
        const uint32_t at = real > 0 ? (uint32_t)(columns.first + columns.kx_begin * window->dilation_w) * count : 0u;
        const int8_t *const w = weights + ((uint32_t)rows->ky_begin * window->kernel_w + (uint32_t)columns.kx_begin) * count;
        for (uint32_t c = 0; c < count; c += 8u) {
            int32x4_t even = vdupq_n_s32(0), odd = even;
            const int8_t *w_row = w + c;
            for (int32_t ky = rows->ky_begin; ky < rows->ky_end; ky++, w_row += window->kernel_w * count) {
                const int8_t *v = (const int8_t *)ef_row(rows, ky) + at + c, *u = w_row;
                for (int32_t i = real; i > 0; i--, v += step, u += count) {
                    const int16x8_t value = vsubq_n_s16(vldrbq_s16(v), zero_point), tap = vldrbq_s16(u);
                    even = vaddq_s32(even, vmullbq_int_s16(value, tap));
                    odd = vaddq_s32(odd, vmulltq_int_s16(value, tap));
                }
            }
            even = scaled(even, bias + c, multipliers + c, shifts + c);
            odd = scaled(odd, bias + c + 1, multipliers + c + 1, shifts + c + 1);
            int16x8_t bytes = vqmovntq_s32(vqmovnbq_s32(vreinterpretq_s16_s32(even), even), odd);
            bytes = vqaddq_n_s16(bytes, channels->out_zero_point);
            vstrbq_s16(out + c, vminq_s16(vmaxq_s16(bytes, min), max));
        }
    }
    return 1;
}

#else
typedef int ef_depthwise_row_mve_needs_helium; /* a file must not be empty */
#endif
