/* LOG_SOFTMAX, int8, over the innermost size: fixed-point exponentials and one logarithm a row, bit for bit those of the
 * reference kernel. No scratch; may run in place. Refuses rows of more than 4095 values, an output that does not have scale 1/16 and zero point 127, a
 * scale of the input below 2^-26 or above 16, and another shape in the output than in the input. */
#include "ef_fixed_exp.h"
#include "ef_operators.h"
#include "ef_requantize.h"

struct record {
    uint32_t rows, depth;
    int32_t multiplier, shift;                 /* of input steps to Q5.26, shift >= 0 */
    int32_t reverse_multiplier, reverse_shift; /* from Q5.26 to input steps */
    int32_t least;                             /* differences from the row's maximum below this count as nothing */
};

enum ef_status ef_log_softmax_s8_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if (out.zero_point != 127 || out.scale < 0.0624999f || out.scale > 0.0625001f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0),
                         EF_TEXT("needs scale 1/16 and zero point 127, not #"), out.zero_point, 0);
    if (in.dims[in.rank - 1] > 4095)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, 0, EF_TEXT("rows of # values"), in.dims[in.rank - 1], 0);
    int32_t multiplier, shift;
    ef_multiplier_of_scales(in.scale, 1.0f, 1.0f / 67108864.0f, &multiplier, &shift);
    if (shift < 1 || in.scale > 16.0f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, 0, EF_TEXT("its scale is below 2^-26 or above 16"), 0, 0);
    struct record *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->depth = (uint32_t)in.dims[in.rank - 1];
    record->rows = in.elements / record->depth;
    record->multiplier = multiplier;
    record->shift = shift;
    const uint64_t reverse = ((UINT64_C(1) << 61) + (uint32_t)multiplier / 2u) / (uint32_t)multiplier;
    const int whole = reverse >> 31 != 0u; /* the multiplier is 1/2 */
    record->reverse_multiplier = whole ? 1 << 30 : (int32_t)reverse;
    record->reverse_shift = (whole ? 2 : 1) - shift;
    record->least = -(int32_t)((UINT32_C(31) << 26) >> shift);
    return EF_OK;
}

static uint32_t leading_zeros(uint32_t x) {
    uint32_t count = 0;
    while (count < 32u && !(x << count >> 31)) count++;
    return count;
}

static int32_t left_saturating(int32_t x, uint32_t shift) {
    const int32_t most = INT32_MAX >> shift, least = INT32_MIN >> shift;
    return x > most ? INT32_MAX : x < least ? INT32_MIN : (int32_t)((uint32_t)x << shift);
}

/* Natural logarithm of x >= 1 in Q12.19, as Q5.26: a power of two and a quotient of polynomials around 2^(-1/4), on
 * whichever of two octave borders is the better one. */
static int32_t fixed_log(int32_t x) {
    const int32_t root_half = 1518500250, fourth_root_half = 1805811301, log_2 = 1488522236, quarter = 1 << 23;
    const uint32_t room_a = leading_zeros((uint32_t)x);
    const int32_t a = left_saturating(ef_doubling_high_mul(left_saturating(x, room_a - 1u), root_half), 1);
    const int32_t power_a = (12 - (int32_t)room_a) * (1 << 25) + quarter; /* Q6.25 */
    const uint32_t room_b = leading_zeros((uint32_t)ef_doubling_high_mul(x, root_half)) - 1u;
    const int32_t b = left_saturating(x, room_b);
    const int32_t power_b = (12 - (int32_t)room_b) * (1 << 25) - quarter;
    const int32_t r = a < b ? a : b, power = power_a > power_b ? power_a : power_b;
    const int64_t sum = (int64_t)r + fourth_root_half;
    const int32_t p = (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
    const int32_t q = (r - fourth_root_half) * 2, square = ef_doubling_high_mul(q, q);
    const int32_t above = ef_doubling_high_mul(q, r) + ef_doubling_high_mul(ef_doubling_high_mul(q, square), 117049297);
    const int32_t below = ef_doubling_high_mul(p, 1057819769 + q + ef_doubling_high_mul(square, 127690142)) +
                          ef_doubling_high_mul(q, 638450708);
    const int32_t quotient = ef_doubling_high_mul(ef_rounding_divide_by_pot(above, 6), ef_fixed_reciprocal(below));
    return left_saturating(ef_doubling_high_mul(power, log_2) + quotient, 1);
}

void ef_log_softmax_s8_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    const uint32_t depth = record->depth;
    for (uint32_t row = 0; row < record->rows; row++, in += depth, out += depth) {
        int32_t greatest = INT8_MIN;
        for (uint32_t i = 0; i < depth; i++) greatest = in[i] > greatest ? in[i] : greatest;
        int32_t sum = 0; /* Q12.19 */
        for (uint32_t i = 0; i < depth; i++) {
            const int32_t difference = in[i] - greatest;
            if (difference < record->least) continue;
            const int32_t step = ef_doubling_high_mul((int32_t)((uint32_t)difference << record->shift), record->multiplier);
            sum += ef_rounding_divide_by_pot(ef_fixed_exp(step), 12);
        }
        const int32_t logarithm = fixed_log(sum);
        const int32_t lowest = (int32_t)((uint32_t)logarithm + (UINT32_C(1) << 31));
        const int32_t asked = ef_requantize(lowest, record->reverse_multiplier, record->reverse_shift);
        const int32_t floor_of = asked > record->least - 1 ? asked : record->least - 1;
        for (uint32_t i = 0; i < depth; i++) {
            const int32_t difference = in[i] - greatest;
            int32_t value = INT8_MIN;
            if (difference > floor_of) {
                const int32_t step =
                    ef_doubling_high_mul((int32_t)((uint32_t)difference << record->shift), record->multiplier);
                value = ef_clamp(ef_rounding_divide_by_pot(step - logarithm, 22) + 127, INT8_MIN, INT8_MAX);
            }
            out[i] = (int8_t)value;
        }
    }
}
