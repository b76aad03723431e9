/* The opened model of a device with files. Who truncates a file while it runs here ends this process; a release's files
 * are read-only. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ef_files.h"

#define HASHED_AT_ONCE (1u << 20)

static void unmap(struct ef_files *files) {
    ef_link_close(files->link);
    if (files->map)
        (void)munmap(files->map, files->map_bytes);
    files->map = NULL;
}

enum ef_status ef_files_map(struct ef_files *files, int file, struct ef_span label) {
    struct ef_slots *slots = &files->link->slots;
    struct ef_slots_entry *entry = &slots->directory.entry[0];
    struct stat found;
    unmap(files);
    if (fstat(file, &found) != 0 || found.st_size <= 0 || found.st_size >= (off_t)UINT32_MAX)
        return ef_refusal_say(&files->link->error, EF_BAD_MODEL, "a file of no size that a model can have");
    files->map_bytes = (size_t)found.st_size;
    void *map = mmap(NULL, files->map_bytes, PROT_READ, MAP_PRIVATE, file, 0);
    if (map == MAP_FAILED)
        return ef_refusal_errno(&files->link->error, "the model");
    files->map = map;
    files->hashed = false;
    files->port->slots = map; /* where slot 0 begins; nothing writes there, because nothing is announced to it */
    memset(entry, 0, sizeof *entry);
    entry->size = (uint32_t)found.st_size;
    entry->state = EF_SLOTS_USED;
    memcpy(entry->label, label.data, label.size < EF_SLOTS_LABEL_BYTES ? label.size : EF_SLOTS_LABEL_BYTES);
    slots->directory.active = 0;
    slots->verified = 1; /* whoever deployed it, or used it by name, had it verified */
    return EF_OK;
}

enum ef_status ef_files_try(void *context, int file) {
    static const struct ef_span none = {NULL, 0};
    struct ef_files *files = context;
    struct ef_span label = {(const uint8_t *)"", 0};
    uint64_t ticks = 0;
    enum ef_status status = ef_files_map(files, file, label);
    if (status == EF_OK)
        status = ef_link_open(files->link, 0, none);
    if (status == EF_OK)
        status = ef_link_run_model(files->link, &ticks);
    unmap(files);
    return status;
}

int ef_files_at(struct ef_files *files, struct ef_span path, enum ef_status *refused) {
    char text[EF_FILES_TEXT_BYTES + 1u];
    struct stat found;
    int file = -1;
    if (path.size > 0u && path.size <= EF_FILES_TEXT_BYTES && path.data[0] == '/' && !memchr(path.data, 0, path.size)) {
        memcpy(text, path.data, path.size);
        text[path.size] = '\0';
        file = open(text, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    if (file >= 0 && (fstat(file, &found) != 0 || !S_ISREG(found.st_mode))) {
        (void)close(file);
        file = -1;
    }
    if (file < 0)
        *refused = ef_refusal_say(&files->link->error, EF_NOT_FOUND, "no such file");
    return file;
}

/* What of OPEN's options is not offered here; EF_OK where all is. */
static enum ef_status check_options(struct ef_link *link, uint32_t threads, struct ef_span api, struct ef_span delegate,
                                    struct ef_span shapes, struct ef_span library) {
    struct ef_error *error = &link->error;
    if (threads > 1u)
        return ef_refusal_say(error, EF_UNSUPPORTED_OPTION, "one thread runs here, not %lu", (unsigned long)threads);
    if (api.size > 0u && !ef_span_is(api, "interpreter"))
        return ef_refusal_say(error, EF_UNSUPPORTED_OPTION, "there is one interpreter here and no choice");
    if (delegate.size > 0u && !ef_span_is(delegate, "none") && !ef_span_is(delegate, link->port->kernels))
        return ef_refusal_say(error, EF_UNSUPPORTED_OPTION, "this runtime has no delegates");
    if (shapes.size > 0u)
        return ef_refusal_say(error, EF_UNSUPPORTED_OPTION, "shapes are fixed in this runtime");
    if (library.size > 0u)
        return ef_refusal_say(error, EF_UNSUPPORTED_OPTION, "no libraries are loaded here");
    return EF_OK;
}

enum ef_status ef_files_open(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_link *link = files->link;
    struct ef_span source = ef_reader_text(request), signature = ef_reader_text(request);
    uint32_t threads = ef_reader_number(request, 1);
    struct ef_span api = ef_reader_text(request), delegate = ef_reader_text(request);
    struct ef_span shapes = ef_reader_text(request), library = ef_reader_text(request);
    struct ef_span label = source;
    int file = -1;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    unmap(files);
    enum ef_status status = check_options(link, threads, api, delegate, shapes, library);
    if (status == EF_OK && source.size == 0u)
        status = ef_refusal_say(&link->error, EF_BAD_REQUEST, "name a slot or a file");
    if (status == EF_OK && source.data[0] == '/') {
        label.size = 0;
        file = ef_files_at(files, source, &status);
    } else if (status == EF_OK) {
        status = ef_releases_open(&files->releases, source, &file, &link->error);
    }
    if (status != EF_OK)
        return status;
    status = ef_files_map(files, file, label);
    (void)close(file);
    uint64_t start = link->port->ticks(link->port->context);
    if (status == EF_OK)
        status = ef_link_open(link, 0, signature);
    uint64_t end = link->port->ticks(link->port->context);
    if (status != EF_OK) {
        unmap(files);
        return status;
    }
    const struct ef_interpreter *interpreter = &link->prepared[link->chosen].interpreter;
    const struct ef_memory *used = ef_interpreter_memory(interpreter);
    ef_writer_number(reply, used->planned, 4);
    ef_writer_number(reply, used->persistent, 4);
    ef_writer_number(reply, end - start, 8);
    ef_writer_number(reply, ef_interpreter_input_count(interpreter), 1);
    ef_writer_number(reply, ef_interpreter_output_count(interpreter), 1);
    return EF_OK;
}

enum ef_status ef_files_info(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    if (files->map && !files->hashed) {
        struct ef_sha256 sha;
        ef_sha256_begin(&sha);
        for (size_t at = 0; at < files->map_bytes; at += HASHED_AT_ONCE) {
            size_t left = files->map_bytes - at;
            ef_sha256_add(&sha, files->map + at, left < HASHED_AT_ONCE ? left : HASHED_AT_ONCE);
            ef_link_beat(files->link, false);
        }
        ef_sha256_end(&sha, files->link->slots.directory.entry[0].sha256);
        files->hashed = true;
    }
    return ef_link_model_info(files->link, request, reply);
}
