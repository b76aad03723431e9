/* Armour, then strings of a big-endian u32 length and bytes. Refused: other versions, key types, namespaces, hashes;
 * anything too short, too long or left over. */
#include "ef_sshsig.h"

#include <string.h>

#include "ef_base64.h"
#include "ef_sha256.h"
#include "ef_sha512.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"
#define MAGIC "SSHSIG"
#define MAGIC_BYTES 6u
#define NAMESPACE "edgeflow"
#define KEY_TYPE "ssh-ed25519"
#define KEY_BLOB_BYTES 51u

static const char damaged[] = "a damaged signature", foreign[] = "not an OpenSSH signature";

struct reader {
    const uint8_t *data;
    size_t left;
    bool failed;
};

struct string {
    const uint8_t *data;
    size_t size;
};

static uint32_t number(struct reader *reader) {
    if (reader->left < 4u) {
        reader->failed = true;
        return 0;
    }
    const uint8_t *at = reader->data;
    reader->data += 4;
    reader->left -= 4u;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static struct string next(struct reader *reader) {
    uint32_t size = number(reader);
    struct string found = {reader->data, 0};
    if (reader->failed || size > reader->left) {
        reader->failed = true;
        return found;
    }
    found.size = size;
    reader->data += size;
    reader->left -= size;
    return found;
}

static bool is(struct string string, const char *text) {
    return string.size == strlen(text) && memcmp(string.data, text, string.size) == 0;
}

static bool is_key(struct string blob, uint8_t key[EF_ED25519_KEY_BYTES]) {
    struct reader reader = {blob.data, blob.size, false};
    struct string type = next(&reader), value = next(&reader);
    if (reader.failed || reader.left > 0u || !is(type, KEY_TYPE) || value.size != EF_ED25519_KEY_BYTES)
        return false;
    memcpy(key, value.data, EF_ED25519_KEY_BYTES);
    return true;
}

static bool blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The base64 between the two lines, without blanks, to `data`; its size, or SIZE_MAX and why in `*why`. */
static size_t unarmored(const char *text, size_t size, uint8_t *data, size_t capacity, const char **why) {
    static char plain[EF_SSHSIG_TEXT_BYTES];
    size_t used = 0, begin = strlen(BEGIN), end = strlen(END);
    *why = foreign;
    if (size > EF_SSHSIG_TEXT_BYTES)
        return SIZE_MAX;
    while (size > 0u && blank(*text)) {
        text++;
        size--;
    }
    while (size > 0u && blank(text[size - 1u]))
        size--;
    if (size < begin + end || memcmp(text, BEGIN, begin) != 0 || memcmp(text + size - end, END, end) != 0)
        return SIZE_MAX;
    for (size_t i = begin; i < size - end; i++)
        if (!blank(text[i]))
            plain[used++] = text[i];
    *why = damaged;
    return ef_base64_decode(plain, used, data, capacity);
}

const char *ef_sshsig_read(const char *text, size_t size, struct ef_sshsig *signature) {
    static uint8_t data[EF_SSHSIG_TEXT_BYTES];
    const char *why;
    size = unarmored(text, size, data, sizeof data, &why);
    if (size == SIZE_MAX)
        return why;
    if (size < MAGIC_BYTES || memcmp(data, MAGIC, MAGIC_BYTES) != 0)
        return foreign;
    struct reader reader = {data + MAGIC_BYTES, size - MAGIC_BYTES, false};
    uint32_t version = number(&reader);
    struct string key = next(&reader), name = next(&reader);
    (void)next(&reader); /* reserved */
    struct string hash = next(&reader), wrapped = next(&reader);
    struct reader inner = {wrapped.data, wrapped.size, false};
    struct string type = next(&inner), value = next(&inner);
    if (reader.failed || inner.failed)
        return damaged;
    if (version != 1u || reader.left > 0u || inner.left > 0u)
        return "a signature of another version";
    if (!is(name, NAMESPACE))
        return "made for another purpose, not for edgeflow";
    signature->sha512 = is(hash, "sha512");
    if (!is(type, KEY_TYPE) || value.size != EF_ED25519_SIGNATURE_BYTES || (!signature->sha512 && !is(hash, "sha256")))
        return "only Ed25519 signatures are taken";
    memcpy(signature->value, value.data, EF_ED25519_SIGNATURE_BYTES);
    return is_key(key, signature->key) ? NULL : "only Ed25519 keys are taken";
}

static size_t put(uint8_t *out, size_t used, const void *data, size_t size) {
    memset(out + used, 0, 3);
    out[used + 3u] = (uint8_t)size; /* below 256, all of them */
    if (size > 0u)
        memcpy(out + used + 4u, data, size);
    return used + 4u + size;
}

bool ef_sshsig_verify(const struct ef_sshsig *signature, const uint8_t *message, size_t size) {
    uint8_t digest[EF_SHA512_BYTES], data[MAGIC_BYTES + 4u * 4u + 8u + 6u + EF_SHA512_BYTES];
    size_t used = MAGIC_BYTES;
    if (signature->sha512) {
        struct ef_sha512 sha;
        ef_sha512_begin(&sha);
        ef_sha512_add(&sha, message, size);
        ef_sha512_end(&sha, digest);
    } else {
        struct ef_sha256 sha;
        ef_sha256_begin(&sha);
        ef_sha256_add(&sha, message, size);
        ef_sha256_end(&sha, digest);
    }
    memcpy(data, MAGIC, MAGIC_BYTES);
    used = put(data, used, NAMESPACE, strlen(NAMESPACE));
    used = put(data, used, "", 0);
    used = put(data, used, signature->sha512 ? "sha512" : "sha256", 6);
    used = put(data, used, digest, signature->sha512 ? EF_SHA512_BYTES : EF_SHA256_BYTES);
    return ef_ed25519_verify(signature->key, data, used, signature->value);
}

bool ef_sshsig_read_key(const char *text, size_t size, uint8_t key[EF_ED25519_KEY_BYTES]) {
    uint8_t blob[KEY_BLOB_BYTES];
    struct string found = {blob, ef_base64_decode(text, size, blob, sizeof blob)};
    return found.size == KEY_BLOB_BYTES && is_key(found, key);
}

static void write_blob(const uint8_t key[EF_ED25519_KEY_BYTES], uint8_t blob[KEY_BLOB_BYTES]) {
    (void)put(blob, put(blob, 0, KEY_TYPE, strlen(KEY_TYPE)), key, EF_ED25519_KEY_BYTES);
}

void ef_sshsig_write_key(const uint8_t key[EF_ED25519_KEY_BYTES], char text[EF_SSHSIG_KEY_TEXT_BYTES + 1u]) {
    uint8_t blob[KEY_BLOB_BYTES];
    write_blob(key, blob);
    ef_base64_encode(blob, sizeof blob, text);
}

void ef_sshsig_fingerprint(const uint8_t key[EF_ED25519_KEY_BYTES], char text[EF_SSHSIG_FINGERPRINT_BYTES + 1u]) {
    struct ef_sha256 sha;
    uint8_t blob[KEY_BLOB_BYTES], digest[EF_SHA256_BYTES];
    char encoded[EF_BASE64_TEXT(EF_SHA256_BYTES) + 1u];
    write_blob(key, blob);
    ef_sha256_begin(&sha);
    ef_sha256_add(&sha, blob, sizeof blob);
    ef_sha256_end(&sha, digest);
    ef_base64_encode(digest, sizeof digest, encoded);
    memcpy(text, "SHA256:", 7);
    memcpy(text + 7, encoded, 43); /* without its padding */
    text[EF_SSHSIG_FINGERPRINT_BYTES] = '\0';
}
