/* MUL, int8, with broadcasting and a fused activation. No scratch; may run in place over an input of the output's size.
 * Refuses shapes that do not broadcast and what ef_dense.h refuses. */
#include "ef_broadcast.h"
#include "ef_dense.h"
#include "ef_mve.h"
#include "ef_operators.h"
#include "ef_requantize.h"
#if EF_HAVE_DSP && EF_HAVE_MVE
#include <arm_mve.h>
#endif

struct record {
    struct ef_broadcast broadcast;
    int32_t multiplier, shift;
    int16_t a_zero_point, b_zero_point, out_zero_point;
    int16_t min, max, reserved;
};

enum ef_status ef_mul_s8_prepare(struct ef_context *context) {
    struct ef_tensor a, b, out;
    struct ef_broadcast broadcast;
    ef_input(context, 0, &a);
    ef_input(context, 1, &b);
    ef_output(context, 0, &out);
    const int32_t activation = ef_option_i8(context, 0, EF_ACTIVATION_NONE);
    const float ratio = ef_float_ratio(a.scale, b.scale, out.scale); /* the reference divides floats here */
    enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    if ((status = ef_dense_check_activation(context, activation)) != EF_OK) return status;
    if (!(ratio > 0.0f) || ratio > 1e30f)
        return ef_refuse(context, EF_NOT_FINITE, EF_OUTPUT(0), EF_TEXT("the scales' ratio is out of range"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    int32_t min, max;
    record->broadcast = broadcast;
    ef_multiplier_of_scales(ratio, 1.0f, 1.0f, &record->multiplier, &record->shift);
    ef_activation_range(activation, out.scale, out.zero_point, INT8_MIN, INT8_MAX, &min, &max);
    record->a_zero_point = (int16_t)a.zero_point;
    record->b_zero_point = (int16_t)b.zero_point;
    record->out_zero_point = (int16_t)out.zero_point;
    record->min = (int16_t)min;
    record->max = (int16_t)max;
    record->reserved = 0;
    return EF_OK;
}

#if EF_HAVE_DSP && EF_HAVE_MVE
#define LEAST_RIGHT_SHIFT 0

/* What makes outputs of products: both steps of ef_requantize(), as its right shifts have them. */
struct scaling {
    int32_t multiplier, shift, zero_point;
    int32x4_t min, max;
};

static inline void store_scaled(const struct scaling *by, int32x4_t x, int32x4_t y, int8_t *out, mve_pred16_t some) {
    int32x4_t value = vqrdmulhq_n_s32(vmulq_s32(x, y), by->multiplier);
    if (by->shift < 0) value = vrshlq_n_s32(vqaddq_s32(value, vshrq_n_s32(value, 31)), by->shift);
    value = vaddq_n_s32(value, by->zero_point);
    vstrbq_p_s32(out, vminq_s32(vmaxq_s32(value, by->min), by->max), some);
}

/* One run, four at a time; at least one operand moves. */
static int8_t *mul_run(const struct record *record, const int8_t *a, uint32_t a_step, const int8_t *b, uint32_t b_step,
                       uint32_t count, int8_t *out) {
    const struct scaling by = {record->multiplier, record->shift, record->out_zero_point, vdupq_n_s32(record->min),
                               vdupq_n_s32(record->max)};
    const int8_t *const x = a_step != 0u ? a : b, *const y = a_step != 0u ? b : a;
    const int32_t x_zero_point = a_step != 0u ? record->a_zero_point : record->b_zero_point;
    const int32_t y_zero_point = a_step != 0u ? record->b_zero_point : record->a_zero_point;
    const int32x4_t one = vdupq_n_s32(*y - y_zero_point);
    if (a_step != b_step) {
        for (uint32_t i = 0; i < count; i += 4u) {
            const mve_pred16_t some = vctp32q(count - i);
            store_scaled(&by, vsubq_n_s32(vldrbq_z_s32(x + i, some), x_zero_point), one, out + i, some);
        }
        return out + count;
    }
    for (uint32_t i = 0; i < count; i += 4u) {
        const mve_pred16_t some = vctp32q(count - i);
        const int32x4_t other = vsubq_n_s32(vldrbq_z_s32(y + i, some), y_zero_point);
        store_scaled(&by, vsubq_n_s32(vldrbq_z_s32(x + i, some), x_zero_point), other, out + i, some);
    }
    return out + count;
}
#elif EF_HAVE_DSP
#define LEAST_RIGHT_SHIFT 2

/* What makes an output of a product: both steps of ef_requantize() for right shifts of 2 and more, in five instructions. */
struct scaling {
    int32_t factor, power, zero_point, min, max;
};

static inline int8_t scaled(const struct scaling *by, int32_t product) {
    int32_t y = ef_dsp_high_mac_rounded(product, by->factor, product);
    y = ef_dsp_high_mac_rounded(y + (y >> 31), by->power, by->zero_point);
    y = y < by->min ? by->min : y;
    return (int8_t)(y > by->max ? by->max : y);
}

/* One run; four at a time where both operands move. */
static int8_t *mul_run(const struct record *record, const int8_t *a, uint32_t a_step, const int8_t *b, uint32_t b_step,
                       uint32_t count, int8_t *out) {
    const struct scaling by = {(int32_t)((uint32_t)record->multiplier << 1),
                               (int32_t)(UINT32_C(1) << (32 + record->shift)), record->out_zero_point, record->min,
                               record->max};
    const int32_t a_zero_point = record->a_zero_point, b_zero_point = record->b_zero_point;
    const uint32_t a_offset = ef_dsp_pair(-a_zero_point), b_offset = ef_dsp_pair(-b_zero_point);
    for (; a_step == 1u && b_step == 1u && count >= 4u; count -= 4u, a += 4, b += 4, out += 4) {
        const uint32_t a_bytes = ef_dsp_load(a), b_bytes = ef_dsp_load(b);
        const uint32_t a02 = ef_dsp_even_plus(a_offset, a_bytes), a13 = ef_dsp_odd_plus(a_offset, a_bytes);
        const uint32_t b02 = ef_dsp_even_plus(b_offset, b_bytes), b13 = ef_dsp_odd_plus(b_offset, b_bytes);
        out[0] = scaled(&by, (int16_t)a02 * (int16_t)b02);
        out[1] = scaled(&by, (int16_t)a13 * (int16_t)b13);
        out[2] = scaled(&by, (int16_t)(a02 >> 16) * (int16_t)(b02 >> 16));
        out[3] = scaled(&by, (int16_t)(a13 >> 16) * (int16_t)(b13 >> 16));
    }
    for (; count > 0; count--, a += a_step, b += b_step)
        *out++ = scaled(&by, (*a - a_zero_point) * (*b - b_zero_point));
    return out;
}
#endif

void ef_mul_s8_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const int8_t *const a = call->inputs[0], *const b = call->inputs[1];
    int8_t *out = call->outputs[0];
    const uint32_t run = record.broadcast.count[record.broadcast.levels - 1u];
    const uint32_t a_step = ef_broadcast_step(&record.broadcast, record.broadcast.a);
    const uint32_t b_step = ef_broadcast_step(&record.broadcast, record.broadcast.b);
    struct ef_broadcast_at at = {{0}, 0, 0};
    do {
        const int8_t *pa = a + at.a, *pb = b + at.b;
#ifdef LEAST_RIGHT_SHIFT
        if (record.shift <= -LEAST_RIGHT_SHIFT && a_step + b_step != 0u) {
            out = mul_run(&record, pa, a_step, pb, b_step, run, out);
            continue;
        }
#endif
        for (uint32_t i = run; i > 0; i--, pa += a_step, pb += b_step) {
            const int32_t product = (*pa - record.a_zero_point) * (*pb - record.b_zero_point);
            const int32_t scaled = ef_requantize(product, record.multiplier, record.shift);
            *out++ = (int8_t)ef_clamp(ef_wrapping_add(scaled, record.out_zero_point), record.min, record.max);
        }
    } while (ef_broadcast_next(&record.broadcast, &at));
}
