/* OpenSSH signatures (PROTOCOL.sshsig) by Ed25519 keys, for the namespace `edgeflow` alone. */
#ifndef EF_SSHSIG_H
#define EF_SSHSIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ef_ed25519.h"

#define EF_SSHSIG_TEXT_BYTES 4096u   /* an armoured signature has about 300 */
#define EF_SSHSIG_KEY_TEXT_BYTES 68u /* a public key in base64, as in an .pub file */
#define EF_SSHSIG_FINGERPRINT_BYTES 50u

/* What a signature says of itself. */
struct ef_sshsig {
    uint8_t key[EF_ED25519_KEY_BYTES];
    uint8_t value[EF_ED25519_SIGNATURE_BYTES];
    bool sha512; /* else sha256: the hash of the message that was signed */
};

/* Read an armoured signature. Returns NULL, or why it does not count. */
const char *ef_sshsig_read(const char *text, size_t size, struct ef_sshsig *signature);

/* Whether the signature's key has signed `message`. */
bool ef_sshsig_verify(const struct ef_sshsig *signature, const uint8_t *message, size_t size);

/* The key of `size` characters of base64; false where they are no Ed25519 key. */
bool ef_sshsig_read_key(const char *text, size_t size, uint8_t key[EF_ED25519_KEY_BYTES]);

/* A key in base64, and SHA256:... as ssh-keygen shows it; both with a terminator. */
void ef_sshsig_write_key(const uint8_t key[EF_ED25519_KEY_BYTES], char text[EF_SSHSIG_KEY_TEXT_BYTES + 1u]);
void ef_sshsig_fingerprint(const uint8_t key[EF_ED25519_KEY_BYTES], char text[EF_SSHSIG_FINGERPRINT_BYTES + 1u]);

#endif /* EF_SSHSIG_H */
