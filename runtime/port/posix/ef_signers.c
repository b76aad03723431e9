/* A line: edgeflow namespaces="edgeflow" ssh-ed25519 KEY COMMENT. */
#define _POSIX_C_SOURCE 200809L
#include "ef_signers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ef_folder.h"

#define FILE_NAME ".allowed_signers"

static const char *const head[] = {"edgeflow", "namespaces=\"edgeflow\"", "ssh-ed25519"};

struct span {
    const char *data;
    size_t size;
};

void ef_signers_load(struct ef_signers *signers, int base) {
    ssize_t size = ef_folder_read(base, FILE_NAME, signers->text, sizeof signers->text);
    signers->pinned = size >= 0 || errno != ENOENT;
    signers->size = size > 0 ? (size_t)size : 0u;
}

static bool blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span word(struct span *line) {
    while (line->size > 0u && blank(*line->data)) {
        line->data++;
        line->size--;
    }
    struct span found = {line->data, 0};
    while (line->size > 0u && !blank(*line->data)) {
        line->data++;
        line->size--;
        found.size++;
    }
    return found;
}

/* Text on one line: a run of what is not printable becomes one blank; none at either end. */
static void plain(struct span text, char *comment, size_t room) {
    size_t used = 0;
    bool was_odd = false;
    for (size_t i = 0; i < text.size && used < room; i++) {
        bool odd = text.data[i] < ' ' || text.data[i] > '~';
        char c = odd ? ' ' : text.data[i];
        if (c != ' ' || (used > 0u && !(odd && was_odd)))
            comment[used++] = c;
        was_odd = odd;
    }
    while (used > 0u && comment[used - 1u] == ' ')
        used--;
    comment[used] = '\0';
}

static bool read_line(struct span line, struct ef_signer *signer) {
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        struct span found = word(&line);
        if (found.size != strlen(head[i]) || memcmp(found.data, head[i], found.size) != 0)
            return false;
    }
    struct span key = word(&line);
    plain(line, signer->comment, EF_SIGNERS_COMMENT_BYTES);
    return ef_sshsig_read_key(key.data, key.size, signer->key);
}

/* The next line that names a key, also one that was there before. */
static bool next_line(const struct ef_signers *signers, size_t *at, struct ef_signer *signer) {
    while (*at < signers->size) {
        struct span line = {signers->text + *at, 0};
        while (*at < signers->size && signers->text[*at] != '\n' && signers->text[*at] != '\r') {
            (*at)++;
            line.size++;
        }
        (*at)++;
        if (read_line(line, signer))
            return true;
    }
    return false;
}

/* Whether a key stands in a line before `end`. */
static bool have(const struct ef_signers *signers, size_t end, const uint8_t *key) {
    struct ef_signer other;
    size_t at = 0;
    while (at < end && next_line(signers, &at, &other) && at <= end)
        if (memcmp(other.key, key, sizeof other.key) == 0)
            return true;
    return false;
}

bool ef_signers_next(const struct ef_signers *signers, size_t *at, struct ef_signer *signer) {
    for (;;) {
        size_t before = *at;
        if (!next_line(signers, at, signer))
            return false;
        if (!have(signers, before, signer->key))
            return true;
    }
}

bool ef_signers_have(const struct ef_signers *signers, const uint8_t key[EF_ED25519_KEY_BYTES]) {
    return have(signers, signers->size + 1u, key);
}

static bool append(char *text, size_t *used, const struct ef_signer *signer) {
    char key[EF_SSHSIG_KEY_TEXT_BYTES + 1u];
    size_t room = EF_SIGNERS_BYTES - *used;
    ef_sshsig_write_key(signer->key, key);
    int size = snprintf(text + *used, room, "%s %s %s %s%s%s\n", head[0], head[1], head[2], key,
                        signer->comment[0] != '\0' ? " " : "", signer->comment);
    if (size < 0 || (size_t)size >= room)
        return false;
    *used += (size_t)size;
    return true;
}

/* Write the keys again, with `more` among them, or without `gone`; the other one is NULL. */
static enum ef_status write_keys(struct ef_signers *signers, int base, const struct ef_signer *more,
                                 const uint8_t *gone, struct ef_error *error) {
    static char text[EF_SIGNERS_BYTES];
    struct ef_signer signer;
    size_t used = 0, at = 0;
    bool fits = true, placed = more == NULL;
    while (ef_signers_next(signers, &at, &signer)) {
        bool same = more && memcmp(signer.key, more->key, sizeof signer.key) == 0;
        if (!gone || memcmp(signer.key, gone, sizeof signer.key) != 0)
            fits = append(text, &used, same ? more : &signer) && fits;
        placed = placed || same;
    }
    if (!placed)
        fits = append(text, &used, more) && fits;
    if (!fits)
        return ef_refusal_say(error, EF_TOO_LARGE, "no more keys can be pinned here");
    bool done = used > 0u ? ef_folder_write(base, FILE_NAME, text, used) : unlinkat(base, FILE_NAME, 0) == 0;
    if (!done)
        return ef_refusal_errno(error, FILE_NAME);
    ef_signers_load(signers, base);
    return EF_OK;
}

enum ef_status ef_signers_add(struct ef_signers *signers, int base, const char *key, size_t key_size,
                              const char *comment, size_t comment_size, struct ef_error *error) {
    struct ef_signer signer;
    struct span said = {comment, comment_size};
    if (!ef_sshsig_read_key(key, key_size, signer.key))
        return ef_refusal_say(error, EF_BAD_REQUEST, "only Ed25519 keys are taken");
    plain(said, signer.comment, EF_SIGNERS_COMMENT_BYTES);
    return write_keys(signers, base, &signer, NULL, error);
}

enum ef_status ef_signers_remove(struct ef_signers *signers, int base, const char *key, size_t key_size,
                                 struct ef_error *error) {
    uint8_t gone[EF_ED25519_KEY_BYTES];
    if (!ef_sshsig_read_key(key, key_size, gone) || !ef_signers_have(signers, gone))
        return ef_refusal_say(error, EF_NOT_FOUND, "this key is not pinned here");
    return write_keys(signers, base, NULL, gone, error);
}
