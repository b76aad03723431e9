/* Inverse square roots; see the header. */
#include "ef_inverse_root.h"

#include "ef_requantize.h"

static int32_t left_saturating(int32_t x, uint32_t shift) {
    const int32_t most = INT32_MAX >> shift, least = INT32_MIN >> shift;
    return x > most ? INT32_MAX : x < least ? INT32_MIN : (int32_t)((uint32_t)x << shift);
}

void ef_inverse_root(int32_t value, int32_t *multiplier, int32_t *shift) {
    *multiplier = INT32_MAX;
    *shift = 0;
    if (value <= 1) return;
    int32_t right = 11;
    while (value >= 1 << 29) {
        value /= 4;
        right++;
    }
    while (value < 1 << 27) { /* leading bit to 2^27 or 2^28 */
        value *= 4;
        right--;
    }
    const int32_t half = (value >> 1) / 2 + ((value >> 1) & 1); /* Q3.28 of value / 2, rounded */
    int32_t x = 1 << 28;
    for (int i = 0; i < 5; i++) {
        const int32_t cube = left_saturating(ef_doubling_high_mul(ef_doubling_high_mul(x, x), x), 6);
        x = left_saturating(ef_doubling_high_mul(x, (1 << 28) + (1 << 27)) - ef_doubling_high_mul(half, cube), 3);
    }
    x = ef_doubling_high_mul(x, 1518500250); /* sqrt(1/2) */
    if (right < 0) {
        x = (int32_t)((uint32_t)x << -right);
        right = 0;
    }
    *multiplier = x;
    *shift = -right;
}
