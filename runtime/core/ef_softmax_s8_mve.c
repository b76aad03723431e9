/* SOFTMAX, int8, for Helium; see the header. The exponentials of ef_fixed_exp.h, four at a time and each once. */
#include "ef_softmax_s8_mve.h"

#if EF_HAVE_MVE

#include <arm_mve.h>

#include "ef_fixed_exp.h"

/* x / 2^n, halves away from zero; n is a constant of 1 or more. */
#define DIVIDE(x, n) vrshrq_n_s32(vaddq_s32(x, vshrq_n_s32(x, 31)), n)
/* Times `factor` where bit n of `bits` is set. */
#define FACTOR(n, factor) vqrdmulhq_m_n_s32(result, result, factor, vcmpltq_n_s32(vshlq_n_s32(bits, 31 - (n)), 0))

/* As ef_fixed_exp(), lane by lane. */
static inline int32x4_t exponential(int32x4_t x) {
    const int32x4_t fraction = vsubq_n_s32(vandq_s32(x, vdupq_n_s32((1 << 24) - 1)), 1 << 24);
    const int32x4_t centred = vaddq_n_s32(vshlq_n_s32(fraction, 5), 1 << 28);
    const int32x4_t square = vqrdmulhq_s32(centred, centred), cube = vqrdmulhq_s32(square, centred);
    const int32x4_t product = vqrdmulhq_s32(square, square), fourth = DIVIDE(product, 2);
    const int32x4_t twice = vaddq_s32(vqrdmulhq_n_s32(vaddq_s32(fourth, cube), 715827883), square);
    const int32x4_t high = DIVIDE(twice, 1);
    int32x4_t result = vaddq_n_s32(vqrdmulhq_n_s32(vaddq_s32(centred, high), 1895147668), 1895147668);
    const int32x4_t bits = vsubq_s32(fraction, x);
    result = FACTOR(24, 1672461947);
    result = FACTOR(25, 1302514674);
    result = FACTOR(26, 790015084);
    result = FACTOR(27, 290630308);
    result = FACTOR(28, 39332535);
    result = FACTOR(29, 720401);
    result = FACTOR(30, 242);
    return vpselq_s32(vdupq_n_s32(INT32_MAX), result, vcmpeqq_n_s32(x, 0));
}

void ef_softmax_s8_mve(const struct ef_call *call) {
    const struct ef_softmax_s8_mve *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    int32_t *const exps = call->scratch;
    const int32_t depth = (int32_t)record->depth;
    for (uint32_t row = 0; row < record->rows; row++, in += depth, out += depth) {
        int8_t greatest = INT8_MIN;
        for (int32_t i = 0; i < depth; i += 16) {
            const mve_pred16_t here = vctp8q((uint32_t)(depth - i));
            greatest = vmaxvq_p_s8(greatest, vldrbq_z_s8(in + i, here), here);
        }
        uint32_t sum = 0; /* Q12.19 */
        for (int32_t i = 0; i < depth; i += 4) {
            const mve_pred16_t here = vctp32q((uint32_t)(depth - i));
            const int32x4_t difference = vsubq_n_s32(vldrbq_z_s32(in + i, here), greatest);
            const mve_pred16_t counts = vcmpgeq_m_n_s32(difference, record->least, here);
            const int32x4_t x = vqrdmulhq_n_s32(vshlq_r_s32(difference, record->shift), record->multiplier);
            const int32x4_t value = vpselq_s32(exponential(x), vdupq_n_s32(0), counts);
            vstrwq_s32(exps + i, value);
            sum = vaddvaq_u32(sum, vreinterpretq_u32_s32(DIVIDE(value, 12)));
        }
        const int32_t zeros = __builtin_clz(sum);
        const int32_t inverse = ef_fixed_reciprocal((int32_t)((sum << zeros) - (UINT32_C(1) << 31)));
        for (int32_t i = 0; i < depth; i += 4) { /* none is negative */
            const int32x4_t value = vqrdmulhq_n_s32(vldrwq_s32(exps + i), inverse);
            const int32x4_t whole = vrshlq_n_s32(value, zeros - 35);
            vstrbq_p_s32(out + i, vsubq_n_s32(vminq_s32(whole, vdupq_n_s32(255)), 128), vctp32q((uint32_t)(depth - i)));
        }
    }
}

#else
typedef int ef_softmax_s8_mve_needs_helium; /* a file must not be empty */
#endif
