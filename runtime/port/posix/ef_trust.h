/* Whether a release may be used: every file the one that its manifest lists, and the manifest signed where keys are
 * pinned (runtime/agent/trust.py has the same rules). */
#ifndef EF_TRUST_H
#define EF_TRUST_H

#include "ef_folder.h"
#include "ef_manifest.h"
#include "ef_signers.h"

#define EF_TRUST_MANIFEST "manifest.json"
#define EF_TRUST_SIGNATURE "manifest.json.sig"

struct ef_trust {
    struct ef_signers signers;
    struct ef_manifest manifest;
    char text[EF_MANIFEST_BYTES]; /* the manifest's */
};

/* Read `name` in `folder` as a manifest. EF_NOT_FOUND where there is none, EF_BAD_CHECKSUM where it is damaged; neither
 * has words. `*size` is that of its text, which the signature is over. */
enum ef_status ef_trust_read(struct ef_trust *trust, int folder, const char *name, size_t *size);

/* Refuse a manifest, the `size` bytes just read, that none of the pinned keys has signed; `present` is whether there is
 * one. Nothing is asked for where no key is pinned. */
enum ef_status ef_trust_signed(struct ef_trust *trust, int base, bool present, size_t size, int folder,
                               const char *signature, struct ef_error *error);

/* Refuse a release that is not as it was deployed, under another name than it was signed for, or not signed. */
enum ef_status ef_trust_check(struct ef_trust *trust, int base, int release, const char *slot,
                              const struct ef_beat *beat, struct ef_error *error);

#endif /* EF_TRUST_H */
