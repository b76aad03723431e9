/* The opened model: signatures, tensors, inputs and outputs.
 *
 * Each signature that is chosen gets an interpreter of its own behind the ones before it in the arena, so that
 * variables keep their values; where the arena is too small for that and no variables are at stake, it replaces them.
 * Behind each lies, if there is room, a copy of its inputs: a run may write over them, and the next one of the same
 * INVOKE must see what the host sent. */
#include <string.h>

#include "ef_link_parts.h"

static enum ef_status closed(struct ef_link *link) {
    return ef_link_refuse(link, EF_BAD_STATE, EF_TEXT("no model is open"), 0);
}

void ef_link_close(struct ef_link *link) {
    link->open_slot = EF_SLOTS_NO_SLOT;
    link->prepared_count = 0;
    link->arena_used = 0;
    link->samples = 0;
    link->profile_operators = 0;
    link->has_run = false;
}

static bool have_variables(const struct ef_link *link) {
    for (uint32_t i = 0; i < link->prepared_count; i++)
        if (ef_interpreter_memory(&link->prepared[i].interpreter)->variables > 0u)
            return true;
    return false;
}

/* Make the inputs zero and find room for their copy; what is used of the arena is then `link->arena_used`. */
static void lay_inputs(struct ef_link *link, struct ef_link_prepared *prepared, size_t used) {
    struct ef_tensor tensor;
    size_t bytes = 0;
    uint32_t count = ef_interpreter_input_count(&prepared->interpreter);
    for (uint32_t i = 0; i < count; i++) {
        if (ef_interpreter_input(&prepared->interpreter, i, &tensor) != EF_OK || tensor.is_constant)
            continue;
        memset(tensor.data, 0, tensor.bytes);
        bytes += tensor.bytes;
    }
    prepared->copy = NULL;
    if (bytes <= link->port->arena_bytes - used) {
        prepared->copy = link->port->arena + used;
        memset(prepared->copy, 0, bytes);
        used += bytes;
    }
    link->arena_used = used;
}

static enum ef_status choose(struct ef_link *link, int32_t signature) {
    const struct ef_port *port = link->port;
    struct ef_options options = {port->kernel_table, NULL, signature, 0, 0};
    for (uint32_t i = 0; i < link->prepared_count; i++) {
        if (link->prepared[i].signature == signature) {
            link->chosen = i;
            return EF_OK;
        }
    }
    bool replace = link->prepared_count == EF_LINK_SIGNATURES && !have_variables(link);
    for (;;) {
        if (replace) {
            link->prepared_count = 0;
            link->arena_used = 0;
        }
        if (link->prepared_count == EF_LINK_SIGNATURES)
            return ef_link_refuse(link, EF_TOO_LARGE, EF_TEXT("variables of # signatures are kept at most"),
                                  (int32_t)EF_LINK_SIGNATURES);
        size_t used = (link->arena_used + 15u) & ~(size_t)15u;
        if (used > port->arena_bytes)
            used = port->arena_bytes;
        struct ef_link_prepared *prepared = &link->prepared[link->prepared_count];
        enum ef_status status = ef_interpreter_prepare(&prepared->interpreter, &link->model, port->arena + used,
                                                       port->arena_bytes - used, &options, &link->error);
        if (status == EF_OK) {
            prepared->signature = signature;
            link->chosen = link->prepared_count++;
            lay_inputs(link, prepared, used + ef_interpreter_memory(&prepared->interpreter)->needed);
            return EF_OK;
        }
        if (status != EF_ARENA_TOO_SMALL || link->prepared_count == 0u || have_variables(link))
            return status;
        replace = true;
    }
}

static enum ef_status choose_by_name(struct ef_link *link, struct ef_span name) {
    int32_t signature = ef_model_signature_count(&link->model) > 0u ? 0 : -1;
    if (name.size > 0u) {
        signature = ef_model_find_signature(&link->model, (const char *)name.data, name.size);
        if (signature < 0)
            return ef_link_refuse(link, EF_NOT_FOUND, EF_TEXT("the model has no such signature"), 0);
    }
    return choose(link, signature);
}

enum ef_status ef_link_open(struct ef_link *link, unsigned index, struct ef_span name) {
    ef_link_close(link);
    if (!ef_slots_intact(&link->slots, index))
        return ef_link_refuse(link, EF_BAD_CHECKSUM, EF_TEXT("the stored model is damaged; deploy it again"), 0);
    enum ef_status status = ef_model_init(&link->model, ef_slots_data(&link->slots, index),
                                          link->slots.directory.entry[index].size, &link->error);
    if (status == EF_OK)
        status = choose_by_name(link, name);
    if (status == EF_OK)
        link->open_slot = index;
    else
        ef_link_close(link);
    return status;
}

static struct ef_interpreter *chosen(struct ef_link *link) {
    return &link->prepared[link->chosen].interpreter;
}

static void write_counts(struct ef_link *link, struct ef_writer *reply) {
    ef_writer_number(reply, ef_interpreter_input_count(chosen(link)), 1);
    ef_writer_number(reply, ef_interpreter_output_count(chosen(link)), 1);
}

enum ef_status ef_link_open_model(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    const struct ef_port *port = link->port;
    static const struct ef_span none = {NULL, 0};
    struct ef_span source = ef_reader_text(request), signature = ef_reader_text(request);
    uint32_t threads = ef_reader_number(request, 1);
    struct ef_span api = ef_reader_text(request), delegate = ef_reader_text(request);
    struct ef_span shapes = ef_reader_text(request), library = ef_reader_text(request);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_link_close(link);
    if (threads > 1u)
        return ef_link_refuse(link, EF_UNSUPPORTED_OPTION, EF_TEXT("one thread runs here, not #"), (int32_t)threads);
    if (api.size > 0u && !ef_span_is(api, "interpreter"))
        return ef_link_refuse(link, EF_UNSUPPORTED_OPTION, EF_TEXT("there is one interpreter here and no choice"), 0);
    if (delegate.size > 0u && !ef_span_is(delegate, "none") && !ef_span_is(delegate, port->kernels))
        return ef_link_refuse(link, EF_UNSUPPORTED_OPTION, EF_TEXT("this board has no delegates"), 0);
    if (shapes.size > 0u)
        return ef_link_refuse(link, EF_UNSUPPORTED_OPTION, EF_TEXT("shapes are fixed on a board"), 0);
    if (library.size > 0u)
        return ef_link_refuse(link, EF_UNSUPPORTED_OPTION, EF_TEXT("a board loads no libraries"), 0);
    link->slots.verified = 0; /* what lies in flash now counts */
    if (source.size == 0u)
        ef_link_settle(link);
    unsigned index = link->slots.directory.active;
    if (source.size > 0u)
        index = ef_slots_find_label(&link->slots, source);
    if (index == EF_SLOTS_NO_SLOT)
        return ef_link_refuse(link, EF_NOT_FOUND, EF_TEXT("no model of that name is here; deploy one"), 0);
    (void)ef_slots_intact(&link->slots, index); /* verifying is no part of init */
    uint64_t start = port->ticks(port->context);
    enum ef_status status = ef_link_open(link, index, none);
    if (status == EF_OK && signature.size > 0u)
        status = choose_by_name(link, signature);
    uint64_t end = port->ticks(port->context);
    if (status != EF_OK) {
        ef_link_close(link);
        return status;
    }
    const struct ef_memory *memory = ef_interpreter_memory(chosen(link));
    ef_writer_number(reply, memory->planned, 4);
    ef_writer_number(reply, memory->persistent, 4);
    ef_writer_number(reply, end - start, 8);
    write_counts(link, reply);
    return EF_OK;
}

enum ef_status ef_link_model_info(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    if (link->open_slot == EF_SLOTS_NO_SLOT && !link->slots.ahead)
        return closed(link);
    const struct ef_slots_entry *entry = &link->slots.directory.entry[link->slots.ahead ? 0u : link->open_slot];
    uint32_t signatures = ef_model_signature_count(&link->model);
    ef_writer_bytes(reply, entry->sha256, EF_SHA256_BYTES);
    ef_writer_number(reply, entry->size, 4);
    ef_writer_text(reply, entry->label);
    ef_writer_number(reply, signatures < UINT8_MAX ? signatures : UINT8_MAX, 1);
    for (uint32_t i = 0; i < signatures && i < UINT8_MAX; i++) {
        struct ef_text key = ef_model_signature_key(&link->model, i);
        ef_writer_span(reply, key.text, key.bytes);
    }
    return EF_OK;
}

enum ef_status ef_link_signature(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span name = ef_reader_text(request);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    if (link->open_slot == EF_SLOTS_NO_SLOT)
        return closed(link);
    enum ef_status status = choose_by_name(link, name);
    if (status != EF_OK) {
        if (link->prepared_count == 0u) { /* the one before had to make room */
            struct ef_error why = link->error;
            ef_link_close(link);
            link->error = why;
        }
        return status;
    }
    link->has_run = false;
    write_counts(link, reply);
    return EF_OK;
}

/* The tensor that a request names, or a refusal. */
static enum ef_status find(struct ef_link *link, uint32_t side, uint32_t index, struct ef_tensor *tensor) {
    if (link->open_slot == EF_SLOTS_NO_SLOT)
        return closed(link);
    enum ef_status status = side == EF_SIDE_INPUT ? ef_interpreter_input(chosen(link), index, tensor)
                                                  : ef_interpreter_output(chosen(link), index, tensor);
    if (status != EF_OK)
        return ef_link_refuse(link, EF_NOT_FOUND, EF_TEXT("the signature has no tensor #"), (int32_t)index);
    return EF_OK;
}

enum ef_status ef_link_tensor(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t side = ef_reader_number(request, 1), index = ef_reader_number(request, 1);
    struct ef_tensor tensor;
    if (!ef_reader_done(request) || side > EF_SIDE_OUTPUT)
        return ef_link_malformed(link);
    enum ef_status status = find(link, side, index, &tensor);
    if (status != EF_OK)
        return status;
    struct ef_text name = side == EF_SIDE_INPUT ? ef_interpreter_input_name(chosen(link), index)
                                                : ef_interpreter_output_name(chosen(link), index);
    float scale = tensor.per_axis ? 0.0f : tensor.scale;
    uint32_t bits;
    memcpy(&bits, &scale, sizeof bits);
    ef_writer_span(reply, name.text, name.text ? name.bytes : 0u);
    ef_writer_number(reply, tensor.type, 1);
    ef_writer_number(reply, tensor.rank, 1);
    for (uint32_t i = 0; i < tensor.rank; i++)
        ef_writer_number(reply, (uint64_t)tensor.dims[i], 4);
    ef_writer_number(reply, bits, 4);
    ef_writer_number(reply, tensor.per_axis ? 0u : (uint64_t)tensor.zero_point, 4);
    ef_writer_number(reply, tensor.bytes, 4);
    return EF_OK;
}

/* Where the host's bytes of input `index` are kept. */
static uint8_t *input_bytes(struct ef_link *link, uint32_t index, const struct ef_tensor *tensor) {
    struct ef_link_prepared *prepared = &link->prepared[link->chosen];
    uint8_t *at = prepared->copy;
    struct ef_tensor before;
    if (!at)
        return tensor->data;
    for (uint32_t i = 0; i < index; i++)
        if (ef_interpreter_input(&prepared->interpreter, i, &before) == EF_OK && !before.is_constant)
            at += before.bytes;
    return at;
}

enum ef_status ef_link_input(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t index = ef_reader_number(request, 1), offset = ef_reader_number(request, 4);
    struct ef_tensor tensor;
    if (request->failed)
        return ef_link_malformed(link);
    enum ef_status status = find(link, EF_SIDE_INPUT, index, &tensor);
    if (status != EF_OK)
        return status;
    if (tensor.is_constant)
        return ef_error_set(&link->error, EF_BAD_STATE, -1, tensor.index, EF_TEXT("this input is a constant"), 0, 0);
    if (offset > tensor.bytes || request->left > tensor.bytes - offset)
        return ef_error_set(&link->error, EF_BAD_OFFSET, -1, tensor.index, EF_TEXT("the tensor has # bytes"),
                            (int32_t)tensor.bytes, 0);
    memcpy(input_bytes(link, index, &tensor) + offset, request->data, request->left);
    ef_writer_number(reply, offset + request->left, 4);
    return EF_OK;
}

enum ef_status ef_link_output(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t index = ef_reader_number(request, 1), offset = ef_reader_number(request, 4);
    uint32_t length = ef_reader_number(request, 4);
    struct ef_tensor tensor;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    enum ef_status status = find(link, EF_SIDE_OUTPUT, index, &tensor);
    if (status != EF_OK)
        return status;
    if (!link->has_run)
        return ef_link_refuse(link, EF_BAD_STATE, EF_TEXT("nothing has been invoked"), 0);
    if (offset > tensor.bytes)
        return ef_error_set(&link->error, EF_BAD_OFFSET, -1, tensor.index, EF_TEXT("the tensor has # bytes"),
                            (int32_t)tensor.bytes, 0);
    uint32_t room = (uint32_t)reply->capacity - 4u, left = tensor.bytes - offset;
    if (length > left)
        length = left;
    if (length > room)
        length = room;
    ef_writer_number(reply, tensor.bytes, 4);
    ef_writer_bytes(reply, (const uint8_t *)tensor.data + offset, length);
    return EF_OK;
}
