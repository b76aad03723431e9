/* A bundle's manifest.json: its name and the files that it lists. */
#ifndef EF_MANIFEST_H
#define EF_MANIFEST_H

#include "ef_json.h"
#include "ef_sha256.h"

#define EF_MANIFEST_BYTES (1u << 20)
#define EF_MANIFEST_FILES 64u
#define EF_MANIFEST_SHA256_DIGITS 64u

struct ef_manifest_file { /* both in the manifest's text */
    struct ef_json_text path, sha256;
    bool executable;
};

struct ef_manifest {
    struct ef_json_text name; /* empty where there is none */
    struct ef_manifest_file file[EF_MANIFEST_FILES];
    unsigned count;
    bool starts; /* it has an entry or a time to stay up: an application */
};

/* What makes two bundles the same (edgeflow/wire/bundle.py): SHA-256 over what is listed, for one without an
 * application. */
void ef_manifest_identity(const struct ef_manifest *manifest, uint8_t identity[EF_SHA256_BYTES]);

/* Read a manifest; it points into `text`. False for what is no manifest: damaged, a member that counts given twice or
 * of another type, more than EF_MANIFEST_FILES files. */
bool ef_manifest_read(struct ef_manifest *manifest, const char *text, size_t size);

/* The entry of `path`; NULL where it is not listed, or not once. */
const struct ef_manifest_file *ef_manifest_find(const struct ef_manifest *manifest, const char *path);

/* Whether an entry has this digest, 64 digits in lower case and a terminator. */
bool ef_manifest_has_digest(const struct ef_manifest_file *file, const char *digits);

#endif /* EF_MANIFEST_H */
