/* ADD, int8, two tensors of one size, for ahead-of-time builds: out = saturated((x*a + y*b + c) >> 21), of which the
 * compiler has tried all 65536 pairs of inputs against the reference's four roundings. May run in place over either
 * input. */
#include "ef_clamp_s8.h"
#include "ef_dsp.h"
#include "ef_line.h"
#include "ef_tuned.h"

struct record {
    uint32_t count;
    int32_t a, b, c;
    int16_t min, max;
};

#define SHIFT 21

static inline int32_t shifted(int32_t sum) {
#if EF_HAVE_DSP
    int32_t saturated;
    __asm__("ssat %0, #8, %1, asr #21" : "=r"(saturated) : "r"(sum) : "cc");
    return saturated;
#else
    return ef_saturated_s8(sum >> SHIFT);
#endif
}

void ef_add_s8_dsp_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int8_t *x = call->inputs[0], *y = call->inputs[1];
    int8_t *out = call->outputs[0];
    const int32_t a = record->a, b = record->b, c = record->c;
    const int8_t *const words_end = out + (record->count & ~3u), *const end = out + record->count;
    for (; out != words_end; x += 4, y += 4, out += 4) {
        const uint32_t p = ef_dsp_load(x), q = ef_dsp_load(y);
        const int32_t r0 = shifted((int8_t)p * a + ((int8_t)q * b + c));
        const int32_t r1 = shifted((int8_t)(p >> 8) * a + ((int8_t)(q >> 8) * b + c));
        const int32_t r2 = shifted((int8_t)(p >> 16) * a + ((int8_t)(q >> 16) * b + c));
        const int32_t r3 = shifted((int8_t)(p >> 24) * a + ((int8_t)(q >> 24) * b + c));
        const uint32_t word = (uint32_t)(uint8_t)r0 | (uint32_t)(uint8_t)r1 << 8 | (uint32_t)(uint8_t)r2 << 16 |
                              (uint32_t)r3 << 24;
        memcpy(out, &word, sizeof word);
    }
    for (; out != end; x++, y++) *out++ = (int8_t)shifted(*x * a + (*y * b + c));
    if (record->min > -128 || record->max < 127)
        ef_clamp_s8((int8_t *)call->outputs[0], record->count, record->min, record->max);
}
