/* Verification of Ed25519 signatures (RFC 8032, section 5.1.7, the equation without the cofactor). */
#ifndef EF_ED25519_H
#define EF_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EF_ED25519_KEY_BYTES 32u
#define EF_ED25519_SIGNATURE_BYTES 64u

/* Whether `signature` over `message` was made with the secret half of `key`. Refused: a key that is no point of the
 * curve or not its one encoding, a signature whose number is not below the order of the base point. */
bool ef_ed25519_verify(const uint8_t key[EF_ED25519_KEY_BYTES], const uint8_t *message, size_t size,
                       const uint8_t signature[EF_ED25519_SIGNATURE_BYTES]);

#endif /* EF_ED25519_H */
