/* The curve -x^2 + y^2 = 1 + d x^2 y^2 in extended coordinates, and numbers modulo the base point's order. */
#include "ef_ed25519.h"

#include <string.h>

#include "ef_field25519.h"
#include "ef_sha512.h"

struct point { /* x = X/Z, y = Y/Z, xy = T/Z */
    struct ef_field x, y, z, t;
};

static const struct ef_field zero, one = {{1u, 0, 0, 0, 0, 0, 0, 0}};
static const struct ef_field curve_d = {{0x135978A3u, 0x75EB4DCAu, 0x4141D8ABu, 0x00700A4Du, 0x7779E898u, 0x8CC74079u,
                                         0x2B6FFE73u, 0x52036CEEu}};
static const struct ef_field root_of_minus_one = {{0x4A0EA0B0u, 0xC4EE1B27u, 0xAD2FE478u, 0x2F431806u, 0x3DFBD7A7u,
                                                   0x2B4D0099u, 0x4FC1DF0Bu, 0x2B832480u}};
static const struct point base = {
    {{0x8F25D51Au, 0xC9562D60u, 0x9525A7B2u, 0x692CC760u, 0xFDD6DC5Cu, 0xC0A4E231u, 0xCD6E53FEu, 0x216936D3u}},
    {{0x66666658u, 0x66666666u, 0x66666666u, 0x66666666u, 0x66666666u, 0x66666666u, 0x66666666u, 0x66666666u}},
    {{1u, 0, 0, 0, 0, 0, 0, 0}},
    {{0xA5B7DDA3u, 0x6DDE8AB3u, 0x775152F5u, 0x20F09F80u, 0x64ABE37Du, 0x66EA4E8Eu, 0xD78B7665u, 0x67875F0Fu}}};
static const uint32_t order[8] = {0x5CF5D3EDu, 0x5812631Au, 0xA2F79CD6u, 0x14DEF9DEu, 0, 0, 0, 0x10000000u};

/* The complete addition law: it holds for doubling and for the neutral element too. */
static void add(struct point *out, const struct point *p, const struct point *q) {
    struct ef_field a, b, c, d, e, f, g, h;
    ef_field_subtract(&a, &p->y, &p->x);
    ef_field_subtract(&b, &q->y, &q->x);
    ef_field_multiply(&a, &a, &b);
    ef_field_add(&b, &p->y, &p->x);
    ef_field_add(&c, &q->y, &q->x);
    ef_field_multiply(&b, &b, &c);
    ef_field_multiply(&c, &p->t, &q->t);
    ef_field_multiply(&c, &c, &curve_d);
    ef_field_add(&c, &c, &c);
    ef_field_multiply(&d, &p->z, &q->z);
    ef_field_add(&d, &d, &d);
    ef_field_subtract(&e, &b, &a);
    ef_field_subtract(&f, &d, &c);
    ef_field_add(&g, &d, &c);
    ef_field_add(&h, &b, &a);
    ef_field_multiply(&out->x, &e, &f);
    ef_field_multiply(&out->y, &g, &h);
    ef_field_multiply(&out->z, &f, &g);
    ef_field_multiply(&out->t, &e, &h);
}

/* The point that 32 bytes encode; false where they are none, or not its one encoding. */
static bool decompress(struct point *out, const uint8_t bytes[32]) {
    uint8_t plain[32];
    struct ef_field square, below, x;
    memcpy(plain, bytes, sizeof plain);
    bool odd = plain[31] >> 7 != 0;
    plain[31] &= 0x7Fu;
    if (!ef_field_load(&out->y, plain))
        return false;
    ef_field_multiply(&square, &out->y, &out->y); /* x^2 = (y^2 - 1) / (d y^2 + 1) */
    ef_field_multiply(&below, &square, &curve_d);
    ef_field_add(&below, &below, &one);
    ef_field_invert(&below, &below);
    ef_field_subtract(&square, &square, &one);
    ef_field_multiply(&square, &square, &below);
    ef_field_root(&x, &square);
    ef_field_multiply(&below, &x, &x);
    if (!ef_field_equal(&below, &square)) {
        ef_field_multiply(&x, &x, &root_of_minus_one);
        ef_field_multiply(&below, &x, &x);
    }
    if (!ef_field_equal(&below, &square) || (odd && ef_field_equal(&x, &zero)))
        return false;
    ef_field_reduce(&x);
    if ((x.word[0] & 1u) != (odd ? 1u : 0u))
        ef_field_subtract(&x, &zero, &x);
    out->x = x;
    out->z = one;
    ef_field_multiply(&out->t, &x, &out->y);
    return true;
}

static void compress(const struct point *point, uint8_t bytes[32]) {
    struct ef_field below, x, y;
    ef_field_invert(&below, &point->z);
    ef_field_multiply(&x, &point->x, &below);
    ef_field_multiply(&y, &point->y, &below);
    ef_field_reduce(&x);
    ef_field_store(&y, bytes);
    bytes[31] = (uint8_t)(bytes[31] | (x.word[0] & 1u) << 7);
}

static bool below_order(const uint32_t number[8]) {
    for (unsigned i = 8; i-- > 0u;)
        if (number[i] != order[i])
            return number[i] < order[i];
    return false;
}

/* The remainder of 64 bytes, the least first, by the order: bit by bit. */
static void remainder_of(const uint8_t bytes[EF_SHA512_BYTES], uint32_t number[8]) {
    memset(number, 0, 8u * sizeof number[0]);
    for (unsigned bit = 8u * EF_SHA512_BYTES; bit-- > 0u;) {
        uint32_t carry = (uint32_t)bytes[bit / 8u] >> bit % 8u & 1u;
        for (unsigned i = 0; i < 8u; i++) { /* below 2^254: nothing comes out at the top */
            uint32_t top = number[i] >> 31;
            number[i] = number[i] << 1 | carry;
            carry = top;
        }
        if (below_order(number))
            continue;
        uint32_t borrow = 0;
        for (unsigned i = 0; i < 8u; i++) {
            uint64_t word = (uint64_t)number[i] - order[i] - borrow;
            number[i] = (uint32_t)word;
            borrow = (uint32_t)(word >> 63);
        }
    }
}

/* s B + k P, both numbers' bits at once. */
static void sum_of_two(struct point *out, const uint32_t s[8], const uint32_t k[8], const struct point *p) {
    const struct point *terms[4] = {NULL, &base, p, NULL};
    struct point both;
    add(&both, &base, p);
    terms[3] = &both;
    out->x = zero;
    out->y = one;
    out->z = one;
    out->t = zero;
    for (unsigned bit = 253; bit-- > 0u;) {
        const struct point *term = terms[(s[bit / 32u] >> bit % 32u & 1u) | (k[bit / 32u] >> bit % 32u & 1u) << 1];
        add(out, out, out);
        if (term)
            add(out, out, term);
    }
}

bool ef_ed25519_verify(const uint8_t key[EF_ED25519_KEY_BYTES], const uint8_t *message, size_t size,
                       const uint8_t signature[EF_ED25519_SIGNATURE_BYTES]) {
    struct ef_sha512 sha;
    struct point minus_key, found;
    uint8_t digest[EF_SHA512_BYTES], bytes[32];
    uint32_t s[8], k[8];
    for (unsigned i = 0; i < 8u; i++) {
        const uint8_t *at = signature + 32u + 4u * i;
        s[i] = (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
    }
    if (!below_order(s) || !decompress(&minus_key, key))
        return false;
    ef_field_subtract(&minus_key.x, &zero, &minus_key.x);
    ef_field_subtract(&minus_key.t, &zero, &minus_key.t);
    ef_sha512_begin(&sha);
    ef_sha512_add(&sha, signature, 32);
    ef_sha512_add(&sha, key, EF_ED25519_KEY_BYTES);
    ef_sha512_add(&sha, message, size);
    ef_sha512_end(&sha, digest);
    remainder_of(digest, k);
    sum_of_two(&found, s, k, &minus_key); /* s B - k A, which must be R */
    compress(&found, bytes);
    return memcmp(bytes, signature, sizeof bytes) == 0;
}
