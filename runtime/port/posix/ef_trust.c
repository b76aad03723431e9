/* A release's folder holds files and nothing else; its files lie directly in it. */
#define _POSIX_C_SOURCE 200809L
#include "ef_trust.h"

#include <errno.h>
#include <string.h>

#define SHOWN 60

enum ef_status ef_trust_read(struct ef_trust *trust, int folder, const char *name, size_t *size) {
    ssize_t found = ef_folder_read(folder, name, trust->text, sizeof trust->text);
    *size = found > 0 ? (size_t)found : 0u;
    if (found < 0)
        return ef_folder_has(folder, name) ? EF_BAD_CHECKSUM : EF_NOT_FOUND;
    return ef_manifest_read(&trust->manifest, trust->text, *size) ? EF_OK : EF_BAD_CHECKSUM;
}

enum ef_status ef_trust_signed(struct ef_trust *trust, int base, bool present, size_t size, int folder,
                               const char *signature, struct ef_error *error) {
    static char armored[EF_SSHSIG_TEXT_BYTES];
    char fingerprint[EF_SSHSIG_FINGERPRINT_BYTES + 1u];
    struct ef_sshsig read;
    ef_signers_load(&trust->signers, base);
    if (!trust->signers.pinned)
        return EF_OK;
    bool is_there = present && ef_folder_has(folder, signature);
    ssize_t found = is_there ? ef_folder_read(folder, signature, armored, sizeof armored) : -1;
    if (!is_there)
        return ef_refusal_say(error, EF_BAD_SIGNATURE, "%s",
                              "the bundle is not signed, and this device takes signed ones only");
    const char *why = found < 0 ? "not an OpenSSH signature" : ef_sshsig_read(armored, (size_t)found, &read);
    if (why)
        return ef_refusal_say(error, EF_BAD_SIGNATURE, "%s", why);
    ef_sshsig_fingerprint(read.key, fingerprint);
    if (!ef_signers_have(&trust->signers, read.key))
        return ef_refusal_say(error, EF_BAD_SIGNATURE, "signed with %s, which is not pinned here", fingerprint);
    if (!ef_sshsig_verify(&read, (const uint8_t *)trust->text, size))
        return ef_refusal_say(error, EF_BAD_SIGNATURE, "the signature of %s does not hold", fingerprint);
    return EF_OK;
}

static bool any(const char *name) {
    (void)name;
    return true;
}

/* Everything in the folder is listed; where it is not signed, more may be there. */
static enum ef_status nothing_else(struct ef_trust *trust, int release, struct ef_error *error) {
    char name[EF_FOLDER_NAME_BYTES + 1u] = "", after[EF_FOLDER_NAME_BYTES + 1u] = "";
    while (ef_folder_next(release, after, false, any, name)) {
        bool own = strcmp(name, EF_TRUST_MANIFEST) == 0 || strcmp(name, EF_TRUST_SIGNATURE) == 0;
        if (!own && (!ef_manifest_find(&trust->manifest, name) || ef_folder_size(release, name) < 0))
            return ef_refusal_say(error, EF_BAD_SIGNATURE, "%.*s is not what was signed", SHOWN, name);
        memcpy(after, name, sizeof after);
    }
    return EF_OK;
}

/* Every file that is listed is there, once, with its digest. */
static enum ef_status as_listed(const struct ef_trust *trust, int release, const struct ef_beat *beat,
                                struct ef_error *error) {
    for (unsigned i = 0; i < trust->manifest.count; i++) {
        struct ef_json_text path = trust->manifest.file[i].path;
        char name[EF_FOLDER_NAME_BYTES + 1u], digits[2u * EF_SHA256_BYTES + 1u];
        uint8_t digest[EF_SHA256_BYTES];
        bool plain = path.size > 0u && path.size <= EF_FOLDER_NAME_BYTES && !memchr(path.data, '/', path.size);
        if (plain) {
            memcpy(name, path.data, path.size);
            name[path.size] = '\0';
        }
        const struct ef_manifest_file *file = plain ? ef_manifest_find(&trust->manifest, name) : NULL;
        if (!file || !ef_folder_digest(release, name, beat, digest))
            return ef_refusal_say(error, EF_BAD_CHECKSUM, "%.*s has changed since it was deployed",
                             path.size < SHOWN ? (int)path.size : SHOWN, path.data);
        ef_folder_hex(digest, digits);
        if (!ef_manifest_has_digest(file, digits))
            return ef_refusal_say(error, EF_BAD_CHECKSUM, "%.*s has changed since it was deployed", SHOWN, name);
    }
    return EF_OK;
}

enum ef_status ef_trust_check(struct ef_trust *trust, int base, int release, const char *slot,
                              const struct ef_beat *beat, struct ef_error *error) {
    size_t size;
    enum ef_status found = ef_trust_read(trust, release, EF_TRUST_MANIFEST, &size);
    enum ef_status status =
        ef_trust_signed(trust, base, found != EF_NOT_FOUND, size, release, EF_TRUST_SIGNATURE, error);
    if (status != EF_OK)
        return status;
    if (found == EF_NOT_FOUND)
        return EF_OK; /* and nothing is pinned */
    struct ef_json_text name = trust->manifest.name;
    if (found != EF_OK)
        return ef_refusal_say(error, EF_BAD_CHECKSUM, "the release's manifest is damaged");
    if (trust->signers.pinned && !ef_json_is(name, slot))
        return ef_refusal_say(error, EF_BAD_SIGNATURE, "signed for the name '%.*s', not for this one",
                         name.size < 40u ? (int)name.size : 40, name.data);
    status = trust->signers.pinned ? nothing_else(trust, release, error) : EF_OK;
    return status == EF_OK ? as_listed(trust, release, beat, error) : status;
}
