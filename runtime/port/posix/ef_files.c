/* Which commands are about files, and the deployments among them. */
#define _POSIX_C_SOURCE 200809L
#include "ef_files.h"

#include <string.h>
#include <sys/resource.h>

enum pin { LIST, ADD, REMOVE }; /* TRUST's `what` */

static void beat(void *context) {
    ef_link_beat(context, false);
}

bool ef_files_begin(struct ef_files *files, const char *path, struct ef_port *port, struct ef_link *link) {
    struct ef_beat told = {beat, link};
    memset(files, 0, sizeof *files);
    files->port = port;
    files->link = link;
    port->base = path;
    port->context = files;
    port->answer = ef_files_answer;
    port->slots = NULL;
    port->slots_bytes = 0;
    return ef_releases_begin(&files->releases, path, told);
}

static enum ef_status hello(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    ef_files_make_scratch(files); /* a full or read-only disk is refused when something is to be written */
    return ef_link_hello(files->link, request, reply);
}

static enum ef_status begin(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    char path[EF_RELEASES_PATH_BYTES + 1u];
    struct ef_span slot = ef_reader_text(request);
    uint32_t size = ef_reader_number(request, 4), offset = 0;
    struct ef_span sha256 = ef_reader_take(request, EF_SHA256_BYTES);
    uint8_t upload = 0;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    enum ef_status status =
        ef_releases_announce(&files->releases, slot, size, sha256.data, &upload, &offset, path, &files->link->error);
    if (status != EF_OK)
        return status;
    ef_writer_number(reply, upload, 1);
    ef_writer_number(reply, offset, 4);
    ef_writer_text(reply, path);
    return EF_OK;
}

static enum ef_status chunk(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t offset = ef_reader_number(request, 4), next = 0;
    if (request->failed)
        return ef_link_malformed(files->link);
    enum ef_status status =
        ef_releases_store(&files->releases, offset, request->data, request->left, &next, &files->link->error);
    if (status == EF_OK)
        ef_writer_number(reply, next, 4);
    return status;
}

static enum ef_status commit(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    char name[EF_RELEASES_NAME_BYTES + 1u], path[EF_RELEASES_PATH_BYTES + 1u];
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    enum ef_status status = ef_releases_commit(&files->releases, name, path, &files->link->error);
    if (status != EF_OK)
        return status;
    ef_writer_text(reply, name);
    ef_writer_text(reply, path);
    return EF_OK;
}

static enum ef_status bundle(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span slot = ef_reader_text(request), identity = ef_reader_take(request, EF_SHA256_BYTES);
    (void)ef_reader_take(request, EF_SHA256_BYTES); /* the application's, of which there is none */
    uint32_t low = ef_reader_number(request, 4), high = ef_reader_number(request, 4);
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    if (low > 0u || high > 0u)
        return ef_refusal_say(&files->link->error, EF_UNSUPPORTED_OPTION, "no applications run here");
    enum ef_status status = ef_releases_expect(&files->releases, slot, identity.data, &files->link->error);
    if (status == EF_OK)
        ef_writer_number(reply, 0, 8);
    return status;
}

/* MODEL_ACTIVATE and, with seconds to be on trial, MODEL_TRY. */
static enum ef_status switch_to(struct ef_files *files, struct ef_reader *request, bool trial,
                                struct ef_writer *reply) {
    char name[EF_RELEASES_NAME_BYTES + 1u], previous[EF_RELEASES_NAME_BYTES + 1u];
    struct ef_span slot = ef_reader_text(request), release = ef_reader_text(request);
    uint32_t hold_s = trial ? ef_reader_number(request, 4) : 0u;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    enum ef_status status =
        ef_releases_activate(&files->releases, slot, release, trial && hold_s == 0u ? 1u : hold_s, ef_files_try, files,
                             name, previous, &files->link->error);
    if (status != EF_OK)
        return status;
    ef_writer_text(reply, name);
    ef_writer_text(reply, previous);
    return EF_OK;
}

static enum ef_status activate(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    return switch_to(files, request, false, reply);
}

static enum ef_status try_release(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    return switch_to(files, request, true, reply);
}

static enum ef_status accept(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    char name[EF_RELEASES_NAME_BYTES + 1u];
    struct ef_span slot = ef_reader_text(request);
    uint32_t good = ef_reader_number(request, 1);
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    enum ef_status status = ef_releases_accept(&files->releases, slot, good != 0u, name, &files->link->error);
    if (status == EF_OK)
        ef_writer_text(reply, name);
    return status;
}

/* No release has an application here; a deployment that is not there is refused all the same. */
static enum ef_status app(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span slot = ef_reader_text(request);
    (void)reply;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    return ef_releases_there(&files->releases, slot, &files->link->error);
}

static void write_entry(void *context, const char *name, const char *value) {
    ef_writer_pair(context, name, value);
}

static enum ef_status list(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span slot = ef_reader_text(request);
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    return ef_releases_list(&files->releases, slot, write_entry, reply, &files->link->error);
}

static enum ef_status trust(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_signers *signers = &files->releases.trust.signers;
    struct ef_error *error = &files->link->error;
    struct ef_span key = ef_reader_text(request), comment = ef_reader_text(request);
    uint32_t what = ef_reader_number(request, 1);
    struct ef_signer signer;
    char text[EF_SSHSIG_KEY_TEXT_BYTES + 1u];
    size_t at = 0;
    if (!ef_reader_done(request))
        return ef_link_malformed(files->link);
    enum ef_status status = EF_OK;
    ef_signers_load(signers, files->releases.base);
    if (what == ADD)
        status = ef_signers_add(signers, files->releases.base, (const char *)key.data, key.size,
                                (const char *)comment.data, comment.size, error);
    else if (what == REMOVE)
        status = ef_signers_remove(signers, files->releases.base, (const char *)key.data, key.size, error);
    else if (what != LIST)
        status = ef_refusal_say(error, EF_BAD_REQUEST, "nothing to do by %lu", (unsigned long)what);
    if (status != EF_OK)
        return status;
    ef_signers_load(signers, files->releases.base);
    ef_writer_number(reply, signers->pinned, 1);
    while (ef_signers_next(signers, &at, &signer)) {
        ef_sshsig_write_key(signer.key, text);
        ef_writer_pair(reply, text, signer.comment);
    }
    return EF_OK;
}

/* The server's figures, and the most memory that this process had. */
static enum ef_status memory(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply) {
    struct rusage used;
    enum ef_status status = ef_link_memory(files->link, request, reply);
    if (status == EF_OK && getrusage(RUSAGE_SELF, &used) == 0 && used.ru_maxrss > 0)
        ef_writer_figure(reply, "peak_rss", (uint64_t)used.ru_maxrss * 1024u);
    return status;
}

bool ef_files_answer(void *context, struct ef_link *link, uint8_t code, struct ef_reader *request,
                     struct ef_writer *reply, enum ef_status *status) {
    static const struct {
        uint8_t code; /* enum ef_command */
        enum ef_status (*answer)(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply);
    } commands[] = {
        {EF_CMD_HELLO, hello},
        {EF_CMD_MODEL_BEGIN, begin},
        {EF_CMD_MODEL_CHUNK, chunk},
        {EF_CMD_MODEL_COMMIT, commit},
        {EF_CMD_MODEL_USE, ef_files_use},
        {EF_CMD_MODEL_ACTIVATE, activate},
        {EF_CMD_MODEL_TRY, try_release},
        {EF_CMD_MODEL_ACCEPT, accept},
        {EF_CMD_BUNDLE, bundle},
        {EF_CMD_APP, app},
        {EF_CMD_SLOTS, list},
        {EF_CMD_TRUST, trust},
        {EF_CMD_OPEN, ef_files_open},
        {EF_CMD_MODEL_INFO, ef_files_info},
        {EF_CMD_MEMORY, memory},
        {EF_CMD_INPUT_USE, ef_files_input_use},
        {EF_CMD_OUTPUT_SAVE, ef_files_output_save},
    };
    (void)link;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].code != code)
            continue;
        *status = commands[i].answer(context, request, reply);
        return true;
    }
    return false;
}
