/* Real multipliers as integers, from the bits of IEEE numbers. It refuses nothing: what is too large saturates, what is
 * too small becomes 0, as in TFLite. */
#include "ef_requantize.h"

#include <float.h>
#include <string.h>

#include "ef_kernel.h"

void ef_multiplier_of_real(struct ef_real real, int32_t *multiplier, int32_t *shift) {
    const uint64_t significand = (uint64_t)real.high << 32 | real.low;
    int32_t exponent = real.exponent + 53; /* real = significand / 2^53 * 2^exponent */
    uint64_t fixed = (significand + (UINT64_C(1) << 21)) >> 22;
    if (fixed == UINT64_C(1) << 31) {
        fixed >>= 1;
        exponent += 1;
    }
    if (exponent < -31) {
        fixed = 0;
        exponent = 0;
    }
    if (exponent > 30) { /* a left shift that int32 cannot take; no sane model has it */
        fixed = INT32_MAX;
        exponent = 30;
    }
    *multiplier = (int32_t)fixed;
    *shift = exponent;
}

/* Significand in [2^23, 2^24) of a finite float >= 0 (0 for 0): value = significand / 2^24 * 2^exponent. */
static uint32_t split(float value, int32_t *exponent) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t significand = bits & 0x7fffffu;
    *exponent = (int32_t)(bits >> 23 & 0xffu) - 126;
    if (*exponent != -126) return significand | 0x800000u;
    *exponent = -125; /* denormal */
    while (significand != 0u && significand < 0x800000u) {
        significand <<= 1;
        *exponent -= 1;
    }
    return significand;
}

EF_COLD struct ef_real ef_real_of_scales(float a, float b, float c) {
    struct ef_real real = {0u, 0u, -1100};
    int32_t exponent_a, exponent_b, exponent_c;
    const uint32_t significand_a = split(a, &exponent_a);
    const uint32_t significand_b = split(b, &exponent_b);
    const uint32_t divisor = split(c, &exponent_c);
    uint64_t product = (uint64_t)significand_a * significand_b; /* exact in a double, too */
    int32_t exponent = exponent_a + exponent_b - exponent_c;
    if (product == 0u || divisor == 0u) return real;
    if (product < UINT64_C(1) << 47) {
        product <<= 1;
        exponent -= 1;
    }
    /* quotient = product * 2^32 / divisor, byte by byte, so that 32-bit division is enough: 56 or 57 bits */
    const uint32_t rest_of_product = (uint32_t)product & 0xffffffu;
    uint32_t remainder = (uint32_t)(product >> 24), upper = remainder / divisor, lower = 0;
    remainder %= divisor;
    for (int32_t place = 16; place >= 0; place -= 8) {
        remainder = remainder << 8 | (rest_of_product >> place & 0xffu);
        upper = upper << 8 | remainder / divisor;
        remainder %= divisor;
    }
    for (int32_t digit = 0; digit < 4; digit++) {
        remainder <<= 8;
        lower = lower << 8 | remainder / divisor;
        remainder %= divisor;
    }
    const uint64_t quotient = (uint64_t)upper << 32 | lower;
    uint32_t drop = 3;
    if (quotient >= UINT64_C(1) << 56) {
        drop = 4;
        exponent += 1;
    }
    uint64_t significand = quotient >> drop; /* 53 bits, rounded to nearest, ties to even */
    const uint64_t half = UINT64_C(1) << (drop - 1u);
    const uint64_t rest = quotient & ((UINT64_C(1) << drop) - 1u);
    if (rest > half || (rest == half && (remainder != 0u || (significand & 1u) != 0u))) significand += 1u;
    if (significand == UINT64_C(1) << 53) {
        significand >>= 1;
        exponent += 1;
    }
    real.high = (uint32_t)(significand >> 32);
    real.low = (uint32_t)significand;
    real.exponent = exponent - 53;
    return real;
}

void ef_multiplier_of_scales(float a, float b, float c, int32_t *multiplier, int32_t *shift) {
    ef_multiplier_of_real(ef_real_of_scales(a, b, c), multiplier, shift);
}

float ef_float_ratio(float a, float b, float c) {
    const float product = a * b;
    return product / c;
}

int32_t ef_requantize_exactly(uint32_t magnitude, int negative, struct ef_real real) {
    const uint64_t low = (uint64_t)real.low * magnitude;
    uint64_t upper = (uint64_t)real.high * magnitude + (low >> 32); /* product = upper * 2^32 + lower */
    uint64_t lower = low & UINT32_MAX;
    int32_t exponent = real.exponent;
    uint64_t significand;
    if (upper >> 21 == 0u) {
        significand = upper << 32 | lower; /* at most 53 bits: exact */
    } else {
        uint32_t drop = 1;
        while (upper >> (20u + drop) > 1u) drop += 1u; /* 2..32 bits to lose, rounded to nearest, ties to even */
        drop = drop > 32u ? 32u : drop;
        const uint64_t mask = (UINT64_C(1) << drop) - 1u, half = UINT64_C(1) << (drop - 1u);
        significand = upper << (32u - drop) | lower >> drop;
        if ((lower & mask) > half || ((lower & mask) == half && (significand & 1u) != 0u)) significand += 1u;
        exponent += (int32_t)drop;
    }
    if (exponent >= 0) return significand == 0u ? 0 : INT32_MIN;
    if (exponent < -60) return 0;
    const uint32_t shift = (uint32_t)-exponent;
    const uint64_t whole = (significand + (UINT64_C(1) << (shift - 1u))) >> shift;
    if (whole > (uint64_t)INT32_MAX) return INT32_MIN;
    return negative ? -(int32_t)whole : (int32_t)whole;
}

/* zero_point + round(real / scale), half away from zero, kept within about +-2^30. */
static int32_t quantize(float real, float scale, int32_t zero_point) {
    const int32_t far = INT32_C(1) << 30;
    const float ratio = real / scale;
    if (ratio >= 1.0e9f) return far;
    if (ratio <= -1.0e9f) return -far;
    int32_t whole = (int32_t)ratio;
    const float rest = ratio - (float)whole;
    if (rest >= 0.5f) whole += 1;
    if (rest <= -0.5f) whole -= 1;
    return whole + zero_point;
}

static int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

EF_COLD void ef_activation_range(int32_t activation, float scale, int32_t zero_point, int32_t type_min, int32_t type_max,
                         int32_t *min, int32_t *max) {
    *min = type_min;
    *max = type_max;
    if (activation == EF_ACTIVATION_RELU || activation == EF_ACTIVATION_RELU6) {
        *min = larger(type_min, quantize(0.0f, scale, zero_point));
    }
    if (activation == EF_ACTIVATION_RELU6) *max = smaller(type_max, quantize(6.0f, scale, zero_point));
    if (activation == EF_ACTIVATION_RELU_N1_TO_1) {
        *min = larger(type_min, quantize(-1.0f, scale, zero_point));
        *max = smaller(type_max, quantize(1.0f, scale, zero_point));
    }
}

void ef_activation_range_f32(int32_t activation, float *min, float *max) {
    *min = -FLT_MAX;
    *max = FLT_MAX;
    if (activation == EF_ACTIVATION_RELU || activation == EF_ACTIVATION_RELU6) *min = 0.0f;
    if (activation == EF_ACTIVATION_RELU6) *max = 6.0f;
    if (activation == EF_ACTIVATION_RELU_N1_TO_1) {
        *min = -1.0f;
        *max = 1.0f;
    }
}
