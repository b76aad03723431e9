/* Float32 operators of one input that are a few instructions each: ABS, NEG, FLOOR, CEIL, ROUND (halves to even),
 * HARD_SWISH and LEAKY_RELU. May run in place. Refuse another shape in the output than in the input. */
#include "ef_operators.h"
#include "ef_schema_codes.h"

struct record {
    uint32_t elements, code;
    float alpha;
};

enum ef_status ef_simple_f32_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    record->code = context->kernel->code;
    record->alpha = record->code == EF_BUILTIN_LEAKY_RELU ? ef_option_f32(context, 0, 0.0f) : 0.0f;
    return EF_OK;
}

/* The greatest whole number that is not above x; beyond 2^23 every float is whole. */
static float floor_of(float x) {
    if (!(x > -8388608.0f && x < 8388608.0f)) return x;
    const float whole = (float)(int32_t)x;
    return whole > x ? whole - 1.0f : whole;
}

static float round_of(float x) {
    const float below = floor_of(x), rest = x - below;
    if (!(rest >= 0.5f)) return below;
    return rest == 0.5f && ((int32_t)below & 1) == 0 ? below : below + 1.0f;
}

static float hard_swish(float x) {
    const float up = x + 3.0f, product = x * (up < 0.0f ? 0.0f : up > 6.0f ? 6.0f : up);
    return product / 6.0f;
}

static float value_of(uint32_t code, float x, float alpha) {
    switch (code) {
        case EF_BUILTIN_ABS: return x < 0.0f ? -x : x;
        case EF_BUILTIN_NEG: return -x;
        case EF_BUILTIN_FLOOR: return floor_of(x);
        case EF_BUILTIN_CEIL: return -floor_of(-x);
        case EF_BUILTIN_ROUND: return round_of(x);
        case EF_BUILTIN_HARD_SWISH: return hard_swish(x);
        default: return x > 0.0f ? x : x * alpha; /* LEAKY_RELU */
    }
}

void ef_simple_f32_invoke(const struct ef_call *call) {
    const struct record record = *(const struct record *)call->record;
    const float *in = call->inputs[0];
    float *out = call->outputs[0];
    for (uint32_t i = 0; i < record.elements; i++) out[i] = value_of(record.code, in[i], record.alpha);
}
