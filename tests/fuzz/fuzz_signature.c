/* Signatures, manifests and public keys as the runner on a POSIX system reads them.
 * Input: what u8, then the text, or for a whole signature the bytes that are then armoured. */
#include <stdlib.h>
#include <string.h>

#include "ef_base64.h"
#include "ef_manifest.h"
#include "ef_sshsig.h"
#include "fuzz.h"

#define TEXT_MAX 4096u

/* A block of its own, so that nothing beyond can be read unseen. */
static char *exact(const char *data, size_t size) {
    char *copy = malloc(size > 0u ? size : 1u);
    if (copy == NULL) abort();
    if (size > 0u) memcpy(copy, data, size);
    return copy;
}

static void read_signature(const char *text, size_t size) {
    static const uint8_t message[] = "{\"name\": \"kws\"}\n";
    struct ef_sshsig signature;
    const char *why = ef_sshsig_read(text, size, &signature);
    if (why != NULL && *why == '\0') abort();
    if (why == NULL) {
        char key[EF_SSHSIG_KEY_TEXT_BYTES + 1u], fingerprint[EF_SSHSIG_FINGERPRINT_BYTES + 1u];
        uint8_t again[EF_ED25519_KEY_BYTES];
        ef_sshsig_write_key(signature.key, key);
        ef_sshsig_fingerprint(signature.key, fingerprint);
        if (!ef_sshsig_read_key(key, strlen(key), again) || memcmp(again, signature.key, sizeof again) != 0) abort();
        (void)ef_sshsig_verify(&signature, message, sizeof message - 1u);
    }
}

static void read_armoured(const uint8_t *data, size_t size) {
    static const char begin[] = "-----BEGIN SSH SIGNATURE-----\n", end[] = "\n-----END SSH SIGNATURE-----\n";
    const size_t head = sizeof begin - 1u, body = EF_BASE64_TEXT(size), tail = sizeof end - 1u;
    char *text = malloc(head + body + tail + 1u);
    if (text == NULL) abort();
    memcpy(text, begin, head);
    ef_base64_encode(data, size, text + head);
    memcpy(text + head + body, end, tail);
    read_signature(text, head + body + tail);
    free(text);
}

static void read_manifest(const char *text, size_t size) {
    static struct ef_manifest manifest;
    uint8_t identity[EF_SHA256_BYTES];
    if (!ef_manifest_read(&manifest, text, size)) return;
    if (manifest.count > EF_MANIFEST_FILES) abort();
    ef_manifest_identity(&manifest, identity);
    for (unsigned i = 0; i < manifest.count; ++i) {
        const struct ef_json_text path = manifest.file[i].path;
        if (path.data < text || path.data + path.size > text + size) abort();
        if (manifest.file[i].sha256.size != EF_MANIFEST_SHA256_DIGITS) abort();
    }
    (void)ef_manifest_find(&manifest, "model.tflite");
}

static void read_base64(const char *text, size_t size) {
    static uint8_t data[TEXT_MAX];
    static char again[EF_BASE64_TEXT(TEXT_MAX) + 1u];
    uint8_t key[EF_ED25519_KEY_BYTES];
    const size_t bytes = ef_base64_decode(text, size, data, sizeof data);
    (void)ef_sshsig_read_key(text, size, key);
    if (bytes == SIZE_MAX) return;
    ef_base64_encode(data, bytes, again);
    if (strlen(again) != size || memcmp(again, text, size) != 0) abort(); /* one spelling */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1u || size > TEXT_MAX) return 0;
    char *text = exact((const char *)data + 1, size - 1u);
    switch (data[0] & 3u) {
        case 0: read_signature(text, size - 1u); break;
        case 1: read_armoured(data + 1, size - 1u); break;
        case 2: read_manifest(text, size - 1u); break;
        default: read_base64(text, size - 1u); break;
    }
    free(text);
    return 0;
}
