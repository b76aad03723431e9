/* Quantizes activations while running. It refuses nothing. */
#include "ef_hybrid.h"

#include <string.h>

/* Nearest integer, halves away from zero, within [min, max]; no number gives 0. */
static int32_t round_within(float value, int32_t min, int32_t max) {
    if (value >= (float)max) return max;
    if (value <= (float)min) return min;
    if (!(value > (float)min)) return 0;
    const int32_t whole = (int32_t)value;
    const float rest = value - (float)whole;
    return rest >= 0.5f ? whole + 1 : rest <= -0.5f ? whole - 1 : whole;
}

static double magnitude(double value) { return value < 0.0 ? -value : value; }

/* Scale and offset that bring [least, greatest], which holds 0, to -128..127: the offset from the end of the range where
 * it is the more exact. */
static void range_to_int8(float least, float greatest, struct ef_hybrid *hybrid) {
    const double scale = ((double)greatest - (double)least) / 255.0;
    const double from_least = -128.0 - (double)least / scale;
    const double from_greatest = 127.0 - (double)greatest / scale;
    const int least_is_closer = 128.0 + magnitude((double)least / scale) < 127.0 + magnitude((double)greatest / scale);
    const double offset = least_is_closer ? from_least : from_greatest;
    hybrid->scale = (float)scale;
    if (offset <= -128.0) {
        hybrid->offset = -128;
    } else if (offset >= 127.0) {
        hybrid->offset = 127;
    } else if (offset == offset) {
        const int32_t whole = (int32_t)offset;
        const double rest = offset - whole;
        hybrid->offset = rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
    }
}

void ef_hybrid_quantize(const float *values, uint32_t count, int asymmetric, struct ef_hybrid *hybrid) {
    int8_t *quantized = (int8_t *)(void *)(hybrid + 1);
    float least = values[0], greatest = values[0];
    for (uint32_t i = 1; i < count; i++) {
        if (values[i] < least) least = values[i];
        if (values[i] > greatest) greatest = values[i];
    }
    hybrid->scale = 1.0f;
    hybrid->offset = 0;
    float inverse;
    if (asymmetric) {
        if (!(least < 0.0f)) least = 0.0f;
        if (!(greatest > 0.0f)) greatest = 0.0f;
        if (least < greatest) range_to_int8(least, greatest, hybrid);
        inverse = 1.0f / hybrid->scale;
    } else {
        const float below = least < 0.0f ? -least : least, above = greatest < 0.0f ? -greatest : greatest;
        const float range = below > above ? below : above;
        if (range > 0.0f) hybrid->scale = range / 127.0f;
        inverse = range > 0.0f ? 127.0f / range : 0.0f;
        least = -range;
        greatest = range;
    }
    if (!(least < greatest)) {
        memset(quantized, 0, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        const float scaled = values[i] * inverse;
        quantized[i] = (int8_t)(asymmetric ? round_within((float)hybrid->offset + scaled, -128, 127)
                                           : round_within(scaled, -127, 127));
    }
}
