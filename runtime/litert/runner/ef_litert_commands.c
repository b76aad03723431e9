/* Commands about the device and about the model that is open. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ef_litert_server.h"
#include "ef_wire.h"

#define WINDOW 8u

static struct ef_litert_server *current; /* for the callback that says a model is loaded */

/* A refusal of the model's becomes the request's. */
static enum ef_status told(struct ef_litert_server *server, enum ef_status status) {
    return status == EF_OK ? status : ef_litert_no(server, status, server->model.refusal);
}

enum ef_status ef_litert_hello(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    char path[EF_LITERT_TEXT_BYTES];
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    const char *folders[] = {"cache", "io"}; /* what the host pushes goes there */
    for (size_t i = 0; i < 2u; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", server->base, folders[i]);
        (void)mkdir(path, 0700);
    }
    ef_writer_number(reply, EF_WIRE_VERSION, 1);
    ef_writer_number(reply, WINDOW, 1);
    ef_writer_number(reply, EF_SLOTS_FILES, 1);
    ef_writer_number(reply, 0, 1);
    ef_writer_number(reply, EF_LITERT_PAYLOAD, 4);
    ef_writer_number(reply, 1000000000u, 8);
    ef_writer_number(reply, EF_WIRE_UNKNOWN_BYTES, 4);
    ef_writer_number(reply, 0, 4);
    ef_writer_text(reply, server->board);
    ef_writer_text(reply, "litert");
    ef_writer_text(reply, server->version);
    ef_writer_text(reply, "");
    ef_writer_text(reply, server->os);
    ef_writer_text(reply, server->cpu);
    ef_writer_text(reply, server->base);
    ef_writer_number(reply, 0, 2);
    return EF_OK;
}

static void loaded(void) {
    ef_litert_phase(current, EF_LOAD);
}

static void close_model(struct ef_litert_server *server) {
    if (server->open)
        ef_litert_model_close(&server->model);
    server->open = server->has_run = false;
    server->sample_count = 0;
}

/* Copy a field into a text of its own. */
static bool keep(char *text, size_t size, struct ef_span span) {
    if (span.size >= size || memchr(span.data, 0, span.size))
        return false;
    memcpy(text, span.data, span.size);
    text[span.size] = '\0';
    return true;
}

enum ef_status ef_litert_open_model(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_litert_model *model = &server->model;
    struct ef_span source = ef_reader_text(request), key = ef_reader_text(request);
    uint32_t threads = ef_reader_number(request, 1);
    struct ef_span api = ef_reader_text(request), delegate = ef_reader_text(request);
    struct ef_span shapes = ef_reader_text(request), library = ef_reader_text(request);
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    close_model(server);
    if (source.size == 0u || source.data[0] != '/')
        return ef_litert_no(server, EF_BAD_REQUEST, "a model is opened by its absolute path");
    if (api.size > 0u && !ef_span_is(api, "compiled-model"))
        return ef_litert_no(server, EF_UNSUPPORTED_OPTION, "this runner has LiteRT's compiled-model API alone");
    if (library.size > 0u)
        return ef_litert_no(server, EF_UNSUPPORTED_OPTION, "this runner loads no custom operators");
    const char *kept[] = {"", "xnnpack", "none", "reference"};
    bool known = false;
    for (size_t i = 0; i < 4u; i++)
        known = known || ef_span_is(delegate, kept[i]);
    if (!known || !keep(model->delegate, sizeof model->delegate, delegate))
        return ef_litert_no(server, EF_UNSUPPORTED_OPTION, "there is xnnpack, none and reference");
    if (!keep(model->path, sizeof model->path, source) || !keep(model->shapes, sizeof model->shapes, shapes))
        return ef_litert_no(server, EF_TOO_LARGE, "a path or shapes of more than 4 KiB");
    struct stat found;
    if (stat(model->path, &found) != 0 || !S_ISREG(found.st_mode))
        return ef_litert_no(server, EF_NOT_FOUND, "no such file");
    memset(server->phases, 0, sizeof server->phases);
    model->threads = threads;
    ef_litert_phase(server, EF_IMPORT);
    current = server;
    uint64_t begin = ef_litert_now_ns();
    enum ef_status status = told(server, ef_litert_model_open(model, key, loaded));
    uint64_t took = ef_litert_now_ns() - begin;
    if (status != EF_OK)
        return status;
    ef_litert_phase(server, EF_ALLOCATE);
    server->open = true;
    ef_writer_number(reply, EF_WIRE_UNKNOWN_BYTES, 4);
    ef_writer_number(reply, EF_WIRE_UNKNOWN_BYTES, 4);
    ef_writer_number(reply, took, 8);
    ef_writer_number(reply, ef_litert_chosen(model)->sides[EF_SIDE_INPUT].count, 1);
    ef_writer_number(reply, ef_litert_chosen(model)->sides[EF_SIDE_OUTPUT].count, 1);
    return EF_OK;
}

static enum ef_status need_model(struct ef_litert_server *server, const struct ef_reader *request) {
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    return server->open ? EF_OK : ef_litert_no(server, EF_BAD_STATE, "no model is open");
}

enum ef_status ef_litert_model_info(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    uint8_t digest[32];
    uint64_t bytes;
    enum ef_status status = need_model(server, request);
    if (status == EF_OK)
        status = ef_litert_digest(server, server->model.path, digest, &bytes);
    if (status != EF_OK)
        return status;
    ef_writer_bytes(reply, digest, sizeof digest);
    ef_writer_number(reply, bytes, 4);
    ef_writer_text(reply, "");
    ef_writer_number(reply, server->model.signature_count, 1);
    for (size_t i = 0; i < server->model.signature_count; i++)
        ef_writer_text(reply, server->model.signatures[i].key);
    return EF_OK;
}

enum ef_status ef_litert_signature(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span key = ef_reader_text(request);
    enum ef_status status = need_model(server, request);
    if (status == EF_OK)
        status = told(server, ef_litert_model_choose(&server->model, key));
    if (status != EF_OK)
        return status;
    ef_writer_number(reply, ef_litert_chosen(&server->model)->sides[EF_SIDE_INPUT].count, 1);
    ef_writer_number(reply, ef_litert_chosen(&server->model)->sides[EF_SIDE_OUTPUT].count, 1);
    return EF_OK;
}

enum ef_status ef_litert_tensor_at(struct ef_litert_server *server, uint32_t side, uint32_t index,
                                   struct ef_litert_tensor **found) {
    if (!server->open)
        return ef_litert_no(server, EF_BAD_STATE, "no model is open");
    if (side > EF_SIDE_OUTPUT)
        return ef_litert_no(server, EF_BAD_REQUEST, "no such side");
    struct ef_litert_side *here = &ef_litert_chosen(&server->model)->sides[side];
    if (index >= here->count)
        return ef_litert_no(server, EF_NOT_FOUND, "the signature has no such input or output");
    *found = &here->tensors[index];
    return EF_OK;
}

enum ef_status ef_litert_tensor(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t side = ef_reader_number(request, 1), index = ef_reader_number(request, 1), bits;
    struct ef_litert_tensor *found;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    enum ef_status status = ef_litert_tensor_at(server, side, index, &found);
    if (status != EF_OK)
        return status;
    uint32_t rank = found->type.layout.rank & 0x7Fu;
    memcpy(&bits, &found->quantized.scale, sizeof bits);
    ef_writer_text(reply, found->name);
    ef_writer_number(reply, found->dtype, 1);
    ef_writer_number(reply, rank, 1);
    for (uint32_t i = 0; i < rank && i < EF_LITERT_MAX_RANK; i++)
        ef_writer_number(reply, (uint32_t)found->type.layout.sizes[i], 4);
    ef_writer_number(reply, bits, 4);
    ef_writer_number(reply, (uint32_t)found->quantized.zero_point, 4);
    ef_writer_number(reply, found->bytes, 4);
    return EF_OK;
}

enum ef_status ef_litert_input(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t index = ef_reader_number(request, 1), offset = ef_reader_number(request, 4);
    struct ef_span data = ef_reader_take(request, request->left);
    struct ef_litert_tensor *found;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    enum ef_status status = ef_litert_tensor_at(server, EF_SIDE_INPUT, index, &found);
    if (status != EF_OK)
        return status;
    if (offset > found->bytes || data.size > found->bytes - offset)
        return ef_litert_no(server, EF_BAD_OFFSET, "beyond the tensor's end");
    memcpy(found->staged + offset, data.data, data.size);
    found->unwritten = true;
    ef_writer_number(reply, offset + data.size, 4);
    return EF_OK;
}

enum ef_status ef_litert_output(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t index = ef_reader_number(request, 1), offset = ef_reader_number(request, 4);
    uint32_t length = ef_reader_number(request, 4);
    struct ef_litert_tensor *found;
    void *memory;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    enum ef_status status = ef_litert_tensor_at(server, EF_SIDE_OUTPUT, index, &found);
    if (status != EF_OK)
        return status;
    if (!server->has_run)
        return ef_litert_no(server, EF_BAD_STATE, "nothing has been invoked");
    if (offset > found->bytes)
        return ef_litert_no(server, EF_BAD_OFFSET, "beyond the tensor's end");
    size_t size = found->bytes - offset;
    size = size < length ? size : length;
    size = size < EF_LITERT_PAYLOAD - 64u ? size : EF_LITERT_PAYLOAD - 64u;
    if (server->litert.LockTensorBuffer(found->buffer, &memory, EF_LITERT_LOCK_READ) != 0)
        return ef_litert_no(server, EF_RUNTIME_ERROR, "LiteRT: LockTensorBuffer failed");
    ef_writer_number(reply, found->bytes, 4);
    ef_writer_bytes(reply, (const uint8_t *)memory + offset, size);
    (void)server->litert.UnlockTensorBuffer(found->buffer);
    return EF_OK;
}

/* Put staged inputs into place of those that opening made; they are of the same sizes. */
static void restore_inputs(struct ef_litert_model *model, uint8_t **staged, size_t count) {
    struct ef_litert_side *inputs = &ef_litert_chosen(model)->sides[EF_SIDE_INPUT];
    for (size_t i = 0; i < count; i++) {
        if (i < inputs->count && inputs->tensors) {
            free(inputs->tensors[i].staged);
            inputs->tensors[i].staged = staged[i];
        } else {
            free(staged[i]);
        }
    }
}

/* Variables go with the compiled model: it is opened again, and gets the inputs that it had. */
static enum ef_status reset_variables(struct ef_litert_server *server) {
    struct ef_litert_model *model = &server->model;
    static char key[EF_LITERT_TEXT_BYTES];
    struct ef_litert_side before = ef_litert_chosen(model)->sides[EF_SIDE_INPUT];
    (void)snprintf(key, sizeof key, "%s", ef_litert_chosen(model)->key);
    uint8_t *staged[EF_LITERT_TENSORS];
    for (size_t i = 0; i < before.count; i++) {
        staged[i] = before.tensors[i].staged;
        before.tensors[i].staged = NULL;
    }
    ef_litert_model_close(model);
    struct ef_span span = {(const uint8_t *)key, strlen(key)};
    enum ef_status status = told(server, ef_litert_model_open(model, span, loaded));
    server->open = status == EF_OK;
    restore_inputs(model, staged, before.count);
    return status;
}

enum ef_status ef_litert_reset(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t what = ef_reader_number(request, 1);
    (void)reply;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    switch (what) {
    case EF_RESET_VARIABLES:
        return server->open ? reset_variables(server) : ef_litert_no(server, EF_BAD_STATE, "no model is open");
    case EF_RESET_CLOSE:
        close_model(server);
        return EF_OK;
    case EF_RESET_DEVICE:
        server->ended = true; /* after the reply; the host starts it again */
        return EF_OK;
    default:
        return ef_litert_no(server, EF_BAD_REQUEST, "nothing to reset by that number");
    }
}
