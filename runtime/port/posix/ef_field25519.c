/* Schoolbook arithmetic on eight words; 2^256 counts as 38, 2^255 as 19. */
#include "ef_field25519.h"

#include <string.h>

static const struct ef_field prime = {{0xFFFFFFEDu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu,
                                       0xFFFFFFFFu, 0x7FFFFFFFu}};

/* Add `more` at the lowest word; what comes out at the top comes in again as 38 times as much. */
static void fold(struct ef_field *a, uint64_t more) {
    while (more > 0u) {
        for (unsigned i = 0; i < EF_FIELD_WORDS; i++) {
            more += a->word[i];
            a->word[i] = (uint32_t)more;
            more >>= 32;
        }
        more *= 38u;
    }
}

void ef_field_add(struct ef_field *out, const struct ef_field *a, const struct ef_field *b) {
    uint64_t carry = 0;
    for (unsigned i = 0; i < EF_FIELD_WORDS; i++) {
        carry += (uint64_t)a->word[i] + b->word[i];
        out->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    fold(out, carry * 38u);
}

/* a - b, modulo 2^256; returns whether that is 2^256 too much. */
static bool subtract(struct ef_field *out, const struct ef_field *a, const struct ef_field *b) {
    uint32_t borrow = 0;
    for (unsigned i = 0; i < EF_FIELD_WORDS; i++) {
        uint64_t word = (uint64_t)a->word[i] - b->word[i] - borrow;
        out->word[i] = (uint32_t)word;
        borrow = (uint32_t)(word >> 63);
    }
    return borrow != 0u;
}

void ef_field_subtract(struct ef_field *out, const struct ef_field *a, const struct ef_field *b) {
    static const struct ef_field wrap = {{38u, 0, 0, 0, 0, 0, 0, 0}};
    bool below = subtract(out, a, b);
    while (below)
        below = subtract(out, out, &wrap);
}

void ef_field_multiply(struct ef_field *out, const struct ef_field *a, const struct ef_field *b) {
    uint32_t product[2u * EF_FIELD_WORDS] = {0};
    for (unsigned i = 0; i < EF_FIELD_WORDS; i++) {
        uint64_t carry = 0;
        for (unsigned j = 0; j < EF_FIELD_WORDS; j++) {
            carry += (uint64_t)a->word[i] * b->word[j] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + EF_FIELD_WORDS] = (uint32_t)carry;
    }
    uint64_t carry = 0;
    for (unsigned i = 0; i < EF_FIELD_WORDS; i++) {
        carry += (uint64_t)product[i + EF_FIELD_WORDS] * 38u + product[i];
        out->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    fold(out, carry * 38u);
}

/* a^e, where the bits of `e` are ones from `top` down to bit 0, but for those that `zeros` has. */
static void power(struct ef_field *out, const struct ef_field *a, unsigned top, uint32_t zeros) {
    struct ef_field base = *a, result = *a; /* for the bit `top` */
    for (unsigned bit = top; bit-- > 0u;) {
        ef_field_multiply(&result, &result, &result);
        if (bit >= 32u || (zeros >> bit & 1u) == 0u)
            ef_field_multiply(&result, &result, &base);
    }
    *out = result;
}

void ef_field_invert(struct ef_field *out, const struct ef_field *a) {
    power(out, a, 254, 1u << 2 | 1u << 4); /* 2^255 - 21 ends in 01011 */
}

void ef_field_root(struct ef_field *out, const struct ef_field *a) {
    power(out, a, 251, 1u << 0);
}

void ef_field_reduce(struct ef_field *a) {
    struct ef_field less;
    for (unsigned round = 0; round < 2u; round++) {
        uint64_t top = a->word[EF_FIELD_WORDS - 1u] >> 31;
        a->word[EF_FIELD_WORDS - 1u] &= 0x7FFFFFFFu;
        fold(a, top * 19u);
    }
    if (!subtract(&less, a, &prime))
        *a = less;
}

bool ef_field_equal(const struct ef_field *a, const struct ef_field *b) {
    struct ef_field x = *a, y = *b;
    ef_field_reduce(&x);
    ef_field_reduce(&y);
    return memcmp(x.word, y.word, sizeof x.word) == 0;
}

bool ef_field_load(struct ef_field *out, const uint8_t bytes[32]) {
    struct ef_field unused;
    for (unsigned i = 0; i < EF_FIELD_WORDS; i++) {
        const uint8_t *at = bytes + 4u * i;
        out->word[i] = (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
    }
    return subtract(&unused, out, &prime);
}

void ef_field_store(const struct ef_field *a, uint8_t bytes[32]) {
    struct ef_field whole = *a;
    ef_field_reduce(&whole);
    for (unsigned i = 0; i < 32u; i++)
        bytes[i] = (uint8_t)(whole.word[i / 4u] >> 8u * (i % 4u));
}
