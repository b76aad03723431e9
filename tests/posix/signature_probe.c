/* What the runner's own verification says, for tests: `probe ed25519 KEY SIGNATURE MESSAGE`, `probe sshsig KEY SIGNATURE
 * MESSAGE` (KEY in base64), `probe sha512 MESSAGE`, `probe manifest MANIFEST`; the others are files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_manifest.h"
#include "ef_sha512.h"
#include "ef_sshsig.h"

/* A file's bytes in a block of exactly their size, so that nothing beyond is read unseen. */
static uint8_t *content(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    if (!file || fseek(file, 0, SEEK_END) != 0)
        exit(2);
    *size = (size_t)ftell(file);
    rewind(file);
    data = malloc(*size > 0u ? *size : 1u);
    if (!data || fread(data, 1, *size, file) != *size)
        exit(2);
    (void)fclose(file);
    return data;
}

static int sshsig(const char *key, const char *text, size_t size, const uint8_t *message, size_t message_size) {
    struct ef_sshsig signature;
    char found[EF_SSHSIG_KEY_TEXT_BYTES + 1u], fingerprint[EF_SSHSIG_FINGERPRINT_BYTES + 1u];
    uint8_t wanted[EF_ED25519_KEY_BYTES];
    const char *why = ef_sshsig_read(text, size, &signature);
    if (!why && !ef_sshsig_read_key(key, strlen(key), wanted))
        why = "not a public key";
    if (!why && memcmp(wanted, signature.key, sizeof wanted) != 0)
        why = "which is not pinned here";
    if (!why && !ef_sshsig_verify(&signature, message, message_size))
        why = "does not hold";
    if (why) {
        (void)puts(why);
        return 1;
    }
    ef_sshsig_write_key(signature.key, found);
    ef_sshsig_fingerprint(signature.key, fingerprint);
    (void)printf("%s %s\n", found, fingerprint);
    return 0;
}

static int manifest(const char *text, size_t size) {
    static struct ef_manifest read;
    uint8_t identity[EF_SHA256_BYTES];
    if (!ef_manifest_read(&read, text, size)) {
        (void)puts("damaged");
        return 1;
    }
    (void)printf("%.*s ", (int)read.name.size, read.name.data);
    ef_manifest_identity(&read, identity);
    for (unsigned i = 0; i < EF_SHA256_BYTES; i++)
        (void)printf("%02x", identity[i]);
    for (unsigned i = 0; i < read.count; i++)
        (void)printf(" %.*s=%.8s", (int)read.file[i].path.size, read.file[i].path.data, read.file[i].sha256.data);
    (void)puts("");
    return 0;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    size_t sizes[3] = {0, 0, 0};
    uint8_t *files[3] = {NULL, NULL, NULL};
    int first = strcmp(what, "sshsig") == 0 ? 3 : 2, status = 2;
    for (int i = first; i < argc && i - first < 3; i++)
        files[i - first] = content(argv[i], &sizes[i - first]);
    if (strcmp(what, "ed25519") == 0 && argc == 5 && sizes[0] == 32u && sizes[1] == 64u) {
        status = !ef_ed25519_verify(files[0], files[2], sizes[2], files[1]);
    } else if (strcmp(what, "sshsig") == 0 && argc == 5) {
        status = sshsig(argv[2], (const char *)files[0], sizes[0], files[1], sizes[1]);
    } else if (strcmp(what, "manifest") == 0 && argc == 3) {
        status = manifest((const char *)files[0], sizes[0]);
    } else if (strcmp(what, "sha512") == 0 && argc == 3) {
        uint8_t digest[EF_SHA512_BYTES];
        struct ef_sha512 sha;
        ef_sha512_begin(&sha);
        ef_sha512_add(&sha, files[0], sizes[0] / 3u); /* in two parts */
        ef_sha512_add(&sha, files[0] + sizes[0] / 3u, sizes[0] - sizes[0] / 3u);
        ef_sha512_end(&sha, digest);
        for (unsigned i = 0; i < EF_SHA512_BYTES; i++)
            (void)printf("%02x", digest[i]);
        (void)puts("");
        status = 0;
    }
    for (int i = 0; i < 3; i++)
        free(files[i]);
    return status;
}
