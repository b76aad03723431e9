/* SHA-256 (FIPS 180-4). */
#ifndef EF_SHA256_H
#define EF_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define EF_SHA256_BYTES 32u

struct ef_sha256 {
    uint32_t state[8];
    uint64_t size; /* bytes so far */
    uint8_t block[64];
};

void ef_sha256_begin(struct ef_sha256 *sha);
void ef_sha256_add(struct ef_sha256 *sha, const uint8_t *data, size_t size);

/* Writes the 32 bytes of the digest; `sha` must begin again before further use. */
void ef_sha256_end(struct ef_sha256 *sha, uint8_t digest[EF_SHA256_BYTES]);

#endif /* EF_SHA256_H */
