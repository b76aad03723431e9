/* Files beside the link: models that are used where they lie, inputs and outputs too large for frames. Inputs and
 * outputs are read and written below the base's folder `io` alone, and never through a link. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ef_litert_server.h"
#include "ef_sha256.h"
#include "ef_wire.h"

static bool text_of(struct ef_span span, char path[EF_LITERT_TEXT_BYTES]) {
    if (span.size == 0u || span.size >= EF_LITERT_TEXT_BYTES || span.data[0] != '/' ||
        memchr(span.data, 0, span.size))
        return false;
    memcpy(path, span.data, span.size);
    path[span.size] = '\0';
    return true;
}

/* BASE/io/NAME, and no other. */
static bool is_scratch(const struct ef_litert_server *server, const char *path) {
    size_t length = strlen(server->base);
    const char *name = path + length + 4u;
    return strncmp(path, server->base, length) == 0 && strncmp(path + length, "/io/", 4) == 0 && *name != '\0' &&
           *name != '.' && !strchr(name, '/');
}

/* Open a regular file for reading; -1 where there is none. */
static int open_file(const char *path, uint64_t *bytes) {
    struct stat found;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
        if (file >= 0)
            (void)close(file);
        return -1;
    }
    *bytes = (uint64_t)found.st_size;
    return file;
}

enum ef_status ef_litert_digest(struct ef_litert_server *server, const char *path, uint8_t digest[32],
                                uint64_t *bytes) {
    static uint8_t block[1u << 18];
    struct ef_sha256 sha;
    ssize_t count;
    int file = open_file(path, bytes);
    if (file < 0)
        return ef_litert_no(server, EF_NOT_FOUND, "no such file");
    ef_sha256_begin(&sha);
    while ((count = read(file, block, sizeof block)) > 0) {
        ef_sha256_add(&sha, block, (size_t)count);
        ef_litert_beat(server, false);
    }
    (void)close(file);
    ef_sha256_end(&sha, digest);
    return count == 0 ? EF_OK : ef_litert_no(server, EF_IO_ERROR, "the file cannot be read");
}

/* Whether the file has the digest that the request names next. */
static enum ef_status check(struct ef_litert_server *server, const char *path, struct ef_span wanted,
                            uint64_t *bytes) {
    uint8_t digest[EF_SHA256_BYTES];
    enum ef_status status = ef_litert_digest(server, path, digest, bytes);
    if (status == EF_OK && memcmp(digest, wanted.data, sizeof digest) != 0)
        return ef_litert_no(server, EF_BAD_CHECKSUM, "the file's SHA-256 is another");
    return status;
}

enum ef_status ef_litert_model_use(struct ef_litert_server *server, struct ef_reader *request,
                                   struct ef_writer *reply) {
    char path[EF_LITERT_TEXT_BYTES];
    uint64_t bytes = 0;
    struct ef_span name = ef_reader_text(request), wanted = ef_reader_take(request, EF_SHA256_BYTES);
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    if (!text_of(name, path))
        return ef_litert_no(server, EF_NOT_FOUND, "a model is named by its absolute path");
    enum ef_status status = check(server, path, wanted, &bytes);
    if (status == EF_OK)
        ef_writer_number(reply, bytes, 4);
    return status;
}

enum ef_status ef_litert_input_use(struct ef_litert_server *server, struct ef_reader *request,
                                   struct ef_writer *reply) {
    char path[EF_LITERT_TEXT_BYTES];
    uint64_t bytes = 0;
    uint32_t index = ef_reader_number(request, 1);
    struct ef_span name = ef_reader_text(request), wanted = ef_reader_take(request, EF_SHA256_BYTES);
    struct ef_litert_tensor *tensor;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    enum ef_status status = ef_litert_tensor_at(server, EF_SIDE_INPUT, index, &tensor);
    if (status != EF_OK)
        return status;
    if (!text_of(name, path) || !is_scratch(server, path))
        return ef_litert_no(server, EF_BAD_REQUEST, "inputs come from the base's folder io");
    status = check(server, path, wanted, &bytes);
    if (status != EF_OK)
        return status;
    if (bytes != tensor->bytes)
        return ef_litert_no(server, EF_BAD_OFFSET, "the file is not as large as the tensor");
    int file = open_file(path, &bytes);
    size_t used = 0;
    ssize_t count = 1;
    while (file >= 0 && used < tensor->bytes && count > 0) {
        count = read(file, tensor->staged + used, tensor->bytes - used);
        used += count > 0 ? (size_t)count : 0u;
    }
    if (file >= 0)
        (void)close(file);
    if (used < tensor->bytes)
        return ef_litert_no(server, EF_IO_ERROR, "the file cannot be read");
    (void)unlink(path);
    tensor->unwritten = true;
    ef_writer_number(reply, tensor->bytes, 4);
    return EF_OK;
}

static bool write_file(const char *path, const uint8_t *data, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool whole = file >= 0;
    while (whole && size > 0u) {
        ssize_t count = write(file, data, size);
        whole = count > 0;
        data += whole ? count : 0;
        size -= whole ? (size_t)count : 0u;
    }
    return file >= 0 && close(file) == 0 && whole;
}

enum ef_status ef_litert_output_save(struct ef_litert_server *server, struct ef_reader *request,
                                     struct ef_writer *reply) {
    char path[EF_LITERT_TEXT_BYTES];
    uint8_t digest[EF_SHA256_BYTES];
    struct ef_sha256 sha;
    uint32_t index = ef_reader_number(request, 1);
    struct ef_span name = ef_reader_text(request);
    struct ef_litert_tensor *tensor;
    void *memory;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    enum ef_status status = ef_litert_tensor_at(server, EF_SIDE_OUTPUT, index, &tensor);
    if (status != EF_OK)
        return status;
    if (!server->has_run)
        return ef_litert_no(server, EF_BAD_STATE, "nothing has been invoked");
    if (!text_of(name, path) || !is_scratch(server, path))
        return ef_litert_no(server, EF_BAD_REQUEST, "outputs go to the base's folder io");
    if (server->litert.LockTensorBuffer(tensor->buffer, &memory, EF_LITERT_LOCK_READ) != 0)
        return ef_litert_no(server, EF_RUNTIME_ERROR, "LiteRT: LockTensorBuffer failed");
    bool written = write_file(path, memory, tensor->bytes);
    bool full = errno == ENOSPC;
    ef_sha256_begin(&sha);
    ef_sha256_add(&sha, memory, tensor->bytes);
    ef_sha256_end(&sha, digest);
    (void)server->litert.UnlockTensorBuffer(tensor->buffer);
    if (!written)
        return ef_litert_no(server, full ? EF_TOO_LARGE : EF_IO_ERROR, "the output cannot be written");
    ef_writer_number(reply, tensor->bytes, 4);
    ef_writer_bytes(reply, digest, sizeof digest);
    return EF_OK;
}
