/* SHA-512 (FIPS 180-4). */
#ifndef EF_SHA512_H
#define EF_SHA512_H

#include <stddef.h>
#include <stdint.h>

#define EF_SHA512_BYTES 64u

struct ef_sha512 {
    uint64_t state[8];
    uint64_t size; /* bytes so far */
    uint8_t block[128];
};

void ef_sha512_begin(struct ef_sha512 *sha);
void ef_sha512_add(struct ef_sha512 *sha, const uint8_t *data, size_t size);

/* Writes the 64 bytes of the digest; `sha` must begin again before further use. */
void ef_sha512_end(struct ef_sha512 *sha, uint8_t digest[EF_SHA512_BYTES]);

#endif /* EF_SHA512_H */
