/* e^x = 2^n * 2^(i/32) * e^t: n and i from x / ln 2, the second factor from a table, the third by a polynomial on
 * [0, 0.0217). Refuses nothing. */
#include "ef_exp.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* 2^(i/32) in Q31. */
static const uint32_t powers[32] = {
    0x80000000u, 0x82cd8699u, 0x85aac368u, 0x88980e81u, 0x8b95c1e4u, 0x8ea4398bu,
    0x91c3d374u, 0x94f4efa9u, 0x9837f052u, 0x9b8d39bau, 0x9ef53261u, 0xa2704303u,
    0xa5fed6aau, 0xa9a15ab5u, 0xad583eeau, 0xb123f582u, 0xb504f334u, 0xb8fbaf47u,
    0xbd08a39fu, 0xc12c4ccau, 0xc5672a11u, 0xc9b9bd86u, 0xce248c15u, 0xd2a81d92u,
    0xd744fccbu, 0xdbfbb798u, 0xe0ccdeecu, 0xe5b906e7u, 0xeac0c6e8u, 0xefe4b99cu,
    0xf5257d15u, 0xfa83b2dbu,
};

/* |x| / ln 2 in Q53, |x| < 128. */
static uint64_t over_ln2(uint32_t mantissa, int32_t exponent) {
    const uint32_t high = 0x5c551d94u, low = 0xae0bf85du; /* 1 / ln 2 in Q62 */
    const int32_t left = exponent + 53;
    const uint64_t x = left >= 0 ? (uint64_t)mantissa << left : left > -24 ? mantissa >> -left : 0;
    const uint32_t x_high = (uint32_t)(x >> 32), x_low = (uint32_t)x;
    return ((uint64_t)x_high * high << 2) + (((uint64_t)x_high * low + (uint64_t)x_low * high) >> 30);
}

float ef_exp(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t size = bits & 0x7fffffffu;
    const int negative = bits >> 31 != 0;
    if (size > 0x7f800000u) return x;
    if (size >= 0x42d00000u) return negative ? 0.0f : INFINITY; /* 104 */
    if (size < 0x30000000u) return 1.0f;                        /* below 2^-31 */
    int64_t y = (int64_t)over_ln2((size & 0x7fffffu) | 0x800000u, (int32_t)(size >> 23) - 150);
    if (negative) y = -y;
    const int32_t n = (int32_t)(y >> 53);
    const uint64_t fraction = (uint64_t)y & ((UINT64_C(1) << 53) - 1u);
    const uint64_t power = powers[fraction >> 48];
    const uint64_t t = ((fraction >> 17 & 0x7fffffffu) * 0xb17217f8u) >> 32; /* Q36, like what follows */
    const uint64_t t2 = t * t >> 36, t3 = t2 * t >> 36, t4 = t3 * t >> 36;
    const uint64_t above_one = t + t2 / 2u + t3 / 6u + t4 / 24u + (t4 * t >> 36) / 120u;
    const uint64_t mantissa = power + (power * above_one >> 36); /* Q31, in [1, 2) */
    if (n > 127) return INFINITY;
    const int32_t drop = n >= -126 ? 8 : 8 - 126 - n;
    if (drop > 33) return 0.0f;
    uint64_t kept = mantissa >> drop;
    const uint64_t cut = mantissa & ((UINT64_C(1) << drop) - 1u), half = UINT64_C(1) << (drop - 1);
    if (cut > half || (cut == half && (kept & 1u))) kept++;
    const uint32_t result = (uint32_t)kept + (n >= -126 ? (uint32_t)(n + 126) << 23 : 0u);
    memcpy(&x, &result, sizeof x);
    return x;
}
