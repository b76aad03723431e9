/* DEQUANTIZE, float16 to float32: every half has an exact float. No scratch; may run in place, from the last value down.
 * Refuses another shape in the output than in the input. */
#include <string.h>

#include "ef_operators.h"

enum ef_status ef_dequantize_f16_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    uint32_t *count = ef_need_record(context, sizeof *count);
    if (count) *count = in.elements;
    return EF_OK;
}

static uint32_t widen(uint32_t half) {
    const uint32_t sign = (half & 0x8000u) << 16;
    uint32_t exponent = half >> 10 & 0x1fu, significand = half & 0x3ffu;
    if (exponent == 0x1fu) return sign | 0x7f800000u | significand << 13;
    if (exponent == 0u) {
        if (significand == 0u) return sign;
        exponent = 1u;
        while ((significand & 0x400u) == 0u) { /* exponent may wrap below 0; the sum below brings it back */
            significand <<= 1;
            exponent -= 1u;
        }
        significand &= 0x3ffu;
    }
    return sign | (exponent + 112u) << 23 | significand << 13;
}

void ef_dequantize_f16_f32_invoke(const struct ef_call *call) {
    const uint32_t *count = call->record;
    const uint8_t *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = *count; i > 0u; i--) {
        const uint32_t bits = widen(ef_load_u16(in + 2u * (i - 1u)));
        memcpy(&out[i - 1u], &bits, sizeof bits);
    }
}
