/* The sigmoid's table and the scaling of its operand; see the header. */
#include "ef_sigmoid_table.h"

#include "ef_requantize.h"

const uint16_t ef_sigmoid_table[256] = {
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794, 41432, 42064, 42688,
    43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443, 48964, 49475, 49975, 50464, 50942, 51409,
    51865, 52311, 52745, 53169, 53581, 53983, 54374, 54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433,
    57724, 58007, 58280, 58544, 58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110,
    61279, 61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990, 63090, 63186,
    63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030, 64090, 64148, 64204, 64257, 64308,
    64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652, 64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900,
    64926, 64950, 64974, 64997, 65019, 65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208,
    65221, 65234, 65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360, 65367,
    65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433, 65438, 65442, 65445, 65449,
    65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476, 65479, 65481, 65483, 65485, 65488, 65489, 65491,
    65493, 65495, 65497, 65498, 65500, 65501, 65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513,
    65514, 65515, 65516, 65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529, 65529, 65530, 65530,
    65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532, 65532, 65532, 65532, 65533, 65533, 65533,
    65533, 65533, 65533, 65533, 65533, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535
};

enum ef_status ef_sigmoid_s16_prepare(struct ef_context *context, int doubled) {
    struct ef_tensor in, out;
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    if (out.scale != 1.0f / 32768.0f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_OUTPUT(0), EF_TEXT("needs scale 1/32768"), 0, 0);
    if (in.scale < 1.0f / 1073741824.0f || in.scale > 2.0f)
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, 0, EF_TEXT("scale below 2^-30 or above 2"), 0, 0);
    struct ef_sigmoid_s16 *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->elements = out.elements;
    int32_t multiplier, exponent;
    ef_multiplier_of_scales(in.scale, 1.0f, 1.0f, &multiplier, &exponent);
    const int up = multiplier > 2145996000, power_of_two = up || multiplier < 1074486000; /* within 0.07 percent */
    const int32_t log2 = up ? exponent : exponent - 1;
    if (power_of_two && (log2 == -12 || (doubled && log2 == -11))) {
        record->multiplier = 3 * (1 << (log2 + 12));
        record->shift = 0;
        return EF_OK;
    }
    /* the greatest multiplier of at most 32767, cut, that is made by doubling what is not above 32767 / 2 */
    ef_multiplier_of_scales(in.scale, 12288.0f, 1.0f, &multiplier, &exponent);
    record->shift = 15 - exponent;
    record->multiplier = multiplier >> 16;
    if (multiplier > 32767 * 65536 && record->shift > 0) {
        record->multiplier = multiplier >> 17;
        record->shift--;
    }
    return EF_OK;
}
