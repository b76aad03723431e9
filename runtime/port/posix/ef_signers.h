/* The keys that a device trusts: BASE/.allowed_signers in OpenSSH's format, as runtime/agent/trust.py writes it.
 *
 * Without that file every bundle is taken. With it, also when it is empty, damaged or a link, only what one of its keys
 * has signed; a line of another form trusts nobody. */
#ifndef EF_SIGNERS_H
#define EF_SIGNERS_H

#include "ef_refusal.h"
#include "ef_sshsig.h"

#define EF_SIGNERS_BYTES 65536u
#define EF_SIGNERS_COMMENT_BYTES 100u

struct ef_signers {
    char text[EF_SIGNERS_BYTES];
    size_t size;
    bool pinned;
};

struct ef_signer {
    uint8_t key[EF_ED25519_KEY_BYTES];
    char comment[EF_SIGNERS_COMMENT_BYTES + 1u];
};

void ef_signers_load(struct ef_signers *signers, int base);

/* The next key from `*at` on, which begins with 0; each once. False at the end. */
bool ef_signers_next(const struct ef_signers *signers, size_t *at, struct ef_signer *signer);

bool ef_signers_have(const struct ef_signers *signers, const uint8_t key[EF_ED25519_KEY_BYTES]);

/* Pin a key given in base64, or take it back; the file is written anew, and is gone with the last key. */
enum ef_status ef_signers_add(struct ef_signers *signers, int base, const char *key, size_t key_size,
                              const char *comment, size_t comment_size, struct ef_error *error);
enum ef_status ef_signers_remove(struct ef_signers *signers, int base, const char *key, size_t key_size,
                                 struct ef_error *error);

#endif /* EF_SIGNERS_H */
