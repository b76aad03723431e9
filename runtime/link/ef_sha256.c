/* SHA-256. On boards written for size: the message schedule is kept in 16 words and the rounds stay a loop.
 * Where models are files, and so hundreds of megabytes, the rounds are written out, which takes half the time. */
#include "ef_sha256.h"

#include "ef_config.h"

#include <string.h>

static const uint32_t round_constant[64] = {
    0x428A2F98u, 0x71374491u, 0xB5C0FBCFu, 0xE9B5DBA5u, 0x3956C25Bu, 0x59F111F1u, 0x923F82A4u, 0xAB1C5ED5u,
    0xD807AA98u, 0x12835B01u, 0x243185BEu, 0x550C7DC3u, 0x72BE5D74u, 0x80DEB1FEu, 0x9BDC06A7u, 0xC19BF174u,
    0xE49B69C1u, 0xEFBE4786u, 0x0FC19DC6u, 0x240CA1CCu, 0x2DE92C6Fu, 0x4A7484AAu, 0x5CB0A9DCu, 0x76F988DAu,
    0x983E5152u, 0xA831C66Du, 0xB00327C8u, 0xBF597FC7u, 0xC6E00BF3u, 0xD5A79147u, 0x06CA6351u, 0x14292967u,
    0x27B70A85u, 0x2E1B2138u, 0x4D2C6DFCu, 0x53380D13u, 0x650A7354u, 0x766A0ABBu, 0x81C2C92Eu, 0x92722C85u,
    0xA2BFE8A1u, 0xA81A664Bu, 0xC24B8B70u, 0xC76C51A3u, 0xD192E819u, 0xD6990624u, 0xF40E3585u, 0x106AA070u,
    0x19A4C116u, 0x1E376C08u, 0x2748774Cu, 0x34B0BCB5u, 0x391C0CB3u, 0x4ED8AA4Au, 0x5B9CCA4Fu, 0x682E6FF3u,
    0x748F82EEu, 0x78A5636Fu, 0x84C87814u, 0x8CC70208u, 0x90BEFFFAu, 0xA4506CEBu, 0xBEF9A3F7u, 0xC67178F2u,
};

static uint32_t turn(uint32_t x, unsigned n) {
    return x >> n | x << (32u - n);
}

#if EF_WITH_FILES

#define ROUND(a, b, c, d, e, f, g, h, i)                                                                               \
    do {                                                                                                               \
        h += (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (g ^ (e & (f ^ g))) + round_constant[i] + w[(i) & 15u];        \
        d += h;                                                                                                        \
        h += (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) | (c & (a | b)));                                     \
    } while (0)

static void mix(uint32_t state[8], const uint8_t block[64]) {
    uint32_t w[16], s[8];
    memcpy(s, state, sizeof s);
    uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (unsigned i = 0; i < 16u; i++) {
        const uint8_t *p = block + 4u * i;
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (unsigned i = 0; i < 64u; i += 8u) {
        for (unsigned j = i; i >= 16u && j < i + 8u; j++) {
            uint32_t x = w[(j + 1u) & 15u], y = w[(j + 14u) & 15u];
            w[j & 15u] += w[(j + 9u) & 15u] + (turn(x, 7) ^ turn(x, 18) ^ x >> 3) +
                          (turn(y, 17) ^ turn(y, 19) ^ y >> 10);
        }
        ROUND(a, b, c, d, e, f, g, h, i);
        ROUND(h, a, b, c, d, e, f, g, i + 1u);
        ROUND(g, h, a, b, c, d, e, f, i + 2u);
        ROUND(f, g, h, a, b, c, d, e, i + 3u);
        ROUND(e, f, g, h, a, b, c, d, i + 4u);
        ROUND(d, e, f, g, h, a, b, c, i + 5u);
        ROUND(c, d, e, f, g, h, a, b, i + 6u);
        ROUND(b, c, d, e, f, g, h, a, i + 7u);
    }
    const uint32_t mixed[8] = {a, b, c, d, e, f, g, h};
    for (unsigned i = 0; i < 8u; i++)
        state[i] += mixed[i];
}

#else

static void mix(uint32_t state[8], const uint8_t block[64]) {
    uint32_t w[16], s[8];
    memcpy(s, state, sizeof s);
    for (unsigned i = 0; i < 64u; i++) {
        uint32_t *word = &w[i & 15u];
        if (i < 16u) {
            const uint8_t *p = block + 4u * i;
            *word = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
        } else {
            uint32_t a = w[(i + 1u) & 15u], b = w[(i + 14u) & 15u];
            *word += (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[(i + 9u) & 15u] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
        }
        uint32_t t1 = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + (s[6] ^ (s[4] & (s[5] ^ s[6]))) +
                      round_constant[i] + *word;
        uint32_t t2 = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) | (s[2] & (s[0] | s[1])));
        memmove(s + 1, s, 7u * sizeof s[0]);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (unsigned i = 0; i < 8u; i++)
        state[i] += s[i];
}

#endif

void ef_sha256_begin(struct ef_sha256 *sha) {
    static const uint32_t start[8] = {
        0x6A09E667u, 0xBB67AE85u, 0x3C6EF372u, 0xA54FF53Au, 0x510E527Fu, 0x9B05688Cu, 0x1F83D9ABu, 0x5BE0CD19u,
    };
    memcpy(sha->state, start, sizeof start);
    sha->size = 0;
}

void ef_sha256_add(struct ef_sha256 *sha, const uint8_t *data, size_t size) {
    size_t used = (size_t)(sha->size & 63u);
    sha->size += size;
    while (size > 0u) {
        size_t part = 64u - used < size ? 64u - used : size;
        memcpy(sha->block + used, data, part);
        data += part;
        size -= part;
        used += part;
        if (used == 64u) {
            mix(sha->state, sha->block);
            used = 0;
        }
    }
}

void ef_sha256_end(struct ef_sha256 *sha, uint8_t digest[EF_SHA256_BYTES]) {
    uint64_t bits = sha->size * 8u;
    size_t used = (size_t)(sha->size & 63u);
    sha->block[used++] = 0x80;
    if (used > 56u) {
        memset(sha->block + used, 0, 64u - used);
        mix(sha->state, sha->block);
        used = 0;
    }
    memset(sha->block + used, 0, 56u - used);
    for (unsigned i = 0; i < 8u; i++)
        sha->block[56u + i] = (uint8_t)(bits >> (56u - 8u * i));
    mix(sha->state, sha->block);
    for (unsigned i = 0; i < EF_SHA256_BYTES; i++)
        digest[i] = (uint8_t)(sha->state[i / 4u] >> (24u - 8u * (i % 4u)));
}
