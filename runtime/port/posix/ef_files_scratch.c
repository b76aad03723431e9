/* Files that host and device share: models that are only tried in BASE/cache, large tensors in BASE/io. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ef_files.h"

#define CACHE "cache"
#define IO "io"
#define NAME_BYTES 128u
#define KEPT_FILES 8u
#define BLOCK_BYTES 65536u
#define INPUT_HEAD 5u  /* INPUT: index u8, offset u32 */
#define OUTPUT_HEAD 4u /* OUTPUT's answer: total u32 */

static bool any(const char *name) {
    (void)name;
    return true;
}

void ef_files_make_scratch(struct ef_files *files) {
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    int cache = ef_folder_make(files->releases.base, CACHE), io = ef_folder_make(files->releases.base, IO);
    while (io >= 0 && ef_folder_next(io, after, false, any, name)) {
        (void)ef_folder_remove(io, name);
        memcpy(after, name, sizeof after);
    }
    if (cache >= 0)
        (void)close(cache);
    if (io >= 0)
        (void)close(io);
}

/* Open the folder in which a path lies directly, BASE/`folder`; its name goes to `name`. -1 where it lies elsewhere. */
static int place_in(const struct ef_files *files, const char *folder, struct ef_span path, char name[NAME_BYTES + 1u]) {
    size_t base = strlen(files->releases.path), length = strlen(folder), head = base + length + 2u;
    if (path.size <= head || memcmp(path.data, files->releases.path, base) != 0 || path.data[base] != '/' ||
        memcmp(path.data + base + 1u, folder, length) != 0 || path.data[head - 1u] != '/' ||
        path.size - head > NAME_BYTES)
        return -1;
    for (size_t i = head; i < path.size; i++) {
        char c = (char)path.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                     c == '_' || c == '-';
        if (!plain)
            return -1;
    }
    memcpy(name, path.data + head, path.size - head);
    name[path.size - head] = '\0';
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return -1;
    return ef_folder_open(files->releases.base, folder);
}

static const char *kind_of(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? dot : "";
}

/* The oldest file of a kind, and how many there are. */
static unsigned oldest(int cache, const char *kind, char *found) {
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    struct timespec least = {0, 0};
    struct stat about;
    unsigned count = 0;
    while (ef_folder_next(cache, after, false, any, name)) {
        memcpy(after, name, sizeof after);
        if (strcmp(kind_of(name), kind) != 0 || fstatat(cache, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        bool older = about.st_mtim.tv_sec < least.tv_sec ||
                     (about.st_mtim.tv_sec == least.tv_sec && about.st_mtim.tv_nsec < least.tv_nsec);
        if (count++ == 0u || older) {
            least = about.st_mtim;
            memcpy(found, name, sizeof name);
        }
    }
    return count;
}

/* Delete the oldest of the models that were only tried, beyond those kept of the kind of the one just used. */
static void prune_cache(struct ef_files *files, struct ef_span path) {
    char name[NAME_BYTES + 1u], gone[EF_FOLDER_NAME_BYTES + 1u];
    int cache = place_in(files, CACHE, path, name);
    if (cache < 0)
        return;
    (void)utimensat(cache, name, NULL, AT_SYMLINK_NOFOLLOW);
    while (oldest(cache, kind_of(name), gone) > KEPT_FILES && ef_folder_remove(cache, gone)) {
    }
    (void)close(cache);
}

enum ef_status ef_files_use(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span path = ef_reader_text(request), sha256 = ef_reader_take(request, EF_SHA256_BYTES);
    struct ef_error *error = &files->link->error;
    uint8_t digest[EF_SHA256_BYTES];
    struct stat found;
    enum ef_status status = EF_OK;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    int file = ef_files_at(files, path, &status);
    if (file < 0)
        return status;
    if (!ef_folder_hash(file, &files->releases.beat, digest) || fstat(file, &found) != 0)
        status = ef_refusal_errno(error, "the file");
    else if (memcmp(digest, sha256.data, sizeof digest) != 0)
        status = ef_refusal_say(error, EF_BAD_CHECKSUM, "the file's SHA-256 is another");
    (void)close(file);
    if (status != EF_OK)
        return status;
    prune_cache(files, path);
    ef_writer_number(reply, (uint64_t)found.st_size, 4);
    return EF_OK;
}

/* The folder of a file that is shared, or -1 and a refusal. */
static int shared(struct ef_files *files, struct ef_span path, char name[NAME_BYTES + 1u], enum ef_status *status) {
    int folder = place_in(files, IO, path, name);
    if (folder < 0)
        folder = place_in(files, CACHE, path, name);
    if (folder < 0)
        *status = ef_refusal_say(&files->link->error, EF_BAD_REQUEST, "files are shared in BASE/io only");
    return folder;
}

/* Size in bytes of an input or output. */
static enum ef_status size_of(struct ef_files *files, uint8_t side, uint8_t index, uint32_t *size) {
    static uint8_t described[4096];
    uint8_t fields[2] = {side, index};
    struct ef_reader request = ef_reader_of(fields, sizeof fields);
    struct ef_writer reply = {described, 0, sizeof described, false};
    enum ef_status status = ef_link_tensor(files->link, &request, &reply);
    if (status != EF_OK)
        return status;
    if (reply.full || reply.used < 4u)
        return ef_refusal_say(&files->link->error, EF_TOO_LARGE, "a tensor whose name is too long");
    struct ef_reader last = ef_reader_of(described + reply.used - 4u, 4);
    *size = ef_reader_number(&last, 4);
    return EF_OK;
}

/* Give an input the bytes of an open file, which has as many. */
static enum ef_status feed(struct ef_files *files, uint8_t index, int file, uint32_t size) {
    static uint8_t block[INPUT_HEAD + BLOCK_BYTES];
    uint8_t next[4];
    for (uint32_t offset = 0; offset < size;) {
        ssize_t count = pread(file, block + INPUT_HEAD, BLOCK_BYTES, (off_t)offset);
        if (count <= 0)
            return ef_refusal_errno(&files->link->error, "the input's file");
        struct ef_writer head = {block, 0, INPUT_HEAD, false}, reply = {next, 0, sizeof next, false};
        ef_writer_number(&head, index, 1);
        ef_writer_number(&head, offset, 4);
        struct ef_reader request = ef_reader_of(block, INPUT_HEAD + (size_t)count);
        enum ef_status status = ef_link_input(files->link, &request, &reply);
        if (status != EF_OK)
            return status;
        offset += (uint32_t)count;
    }
    return EF_OK;
}

enum ef_status ef_files_input_use(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_error *error = &files->link->error;
    uint8_t index = (uint8_t)ef_reader_number(request, 1), digest[EF_SHA256_BYTES];
    struct ef_span path = ef_reader_text(request), sha256 = ef_reader_take(request, EF_SHA256_BYTES);
    char name[NAME_BYTES + 1u];
    uint32_t size = 0;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    enum ef_status status = size_of(files, EF_SIDE_INPUT, index, &size);
    if (status != EF_OK)
        return status;
    int folder = shared(files, path, name, &status);
    if (folder < 0)
        return status;
    int file = ef_folder_file(folder, name);
    if (file < 0)
        status = ef_refusal_say(error, EF_NOT_FOUND, "no such file");
    else if (ef_folder_size(folder, name) != (int64_t)size)
        status = ef_refusal_say(error, EF_BAD_OFFSET, "the tensor has %lu bytes", (unsigned long)size);
    else if (!ef_folder_hash(file, &files->releases.beat, digest))
        status = ef_refusal_errno(error, name);
    else if (memcmp(digest, sha256.data, sizeof digest) != 0)
        status = ef_refusal_say(error, EF_BAD_CHECKSUM, "the file's SHA-256 is another");
    else
        status = feed(files, index, file, size);
    if (status == EF_OK) {
        (void)ef_folder_remove(folder, name);
        ef_writer_number(reply, size, 4);
    }
    if (file >= 0)
        (void)close(file);
    (void)close(folder);
    return status;
}

/* Write an output's bytes into an open file. */
static enum ef_status save(struct ef_files *files, uint8_t index, int file, uint32_t size, struct ef_sha256 *sha) {
    static uint8_t block[OUTPUT_HEAD + BLOCK_BYTES];
    uint8_t fields[1u + 4u + 4u];
    for (uint32_t offset = 0;;) {
        struct ef_writer asked = {fields, 0, sizeof fields, false}, page = {block, 0, sizeof block, false};
        ef_writer_number(&asked, index, 1);
        ef_writer_number(&asked, offset, 4);
        ef_writer_number(&asked, BLOCK_BYTES, 4);
        struct ef_reader request = ef_reader_of(fields, sizeof fields);
        enum ef_status status = ef_link_output(files->link, &request, &page);
        if (status != EF_OK)
            return status;
        size_t count = page.used - OUTPUT_HEAD;
        if (count > 0u && write(file, block + OUTPUT_HEAD, count) != (ssize_t)count)
            return ef_refusal_errno(&files->link->error, "the output's file");
        ef_sha256_add(sha, block + OUTPUT_HEAD, count);
        offset += (uint32_t)count;
        if (offset >= size || count == 0u)
            return EF_OK;
    }
}

enum ef_status ef_files_output_save(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    uint8_t index = (uint8_t)ef_reader_number(request, 1), digest[EF_SHA256_BYTES];
    struct ef_span path = ef_reader_text(request);
    struct ef_sha256 sha;
    char name[NAME_BYTES + 1u];
    uint32_t size = 0;
    enum ef_status status = EF_OK;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    int folder = shared(files, path, name, &status);
    if (folder < 0)
        return status;
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    (void)close(folder);
    if (file < 0)
        return ef_refusal_errno(&files->link->error, name);
    ef_sha256_begin(&sha);
    status = size_of(files, EF_SIDE_OUTPUT, index, &size);
    if (status == EF_OK)
        status = save(files, index, file, size, &sha);
    (void)close(file);
    if (status != EF_OK)
        return status;
    ef_sha256_end(&sha, digest);
    ef_writer_number(reply, size, 4);
    ef_writer_bytes(reply, digest, sizeof digest);
    return EF_OK;
}
