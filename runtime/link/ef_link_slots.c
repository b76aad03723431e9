/* Models to slots: announce, store, commit, activate, list. */
#include <string.h>

#include "ef_link_parts.h"

static const char digit[] = "0123456789abcdef";

/* Refusals of the slots, in words. */
static enum ef_status refuse(struct ef_link *link, enum ef_status status) {
    switch (status) {
    case EF_TOO_LARGE:
        return ef_link_refuse(link, status, EF_TEXT("a slot holds # bytes"), (int32_t)link->slots.slot_bytes);
    case EF_BAD_OFFSET: /* the host reads the number */
        return ef_link_refuse(link, status, "#", (int32_t)link->slots.received);
    case EF_BAD_STATE:
        return ef_link_refuse(link, status, EF_TEXT("no upload has begun, or not all has arrived"), 0);
    case EF_BAD_CHECKSUM:
        return ef_link_refuse(link, status, EF_TEXT("the SHA-256 of what arrived is another; begin again"), 0);
    case EF_NO_SLOTS:
        return ef_link_refuse(link, status, EF_TEXT("the model is part of this image; flash another image"), 0);
    case EF_IO_ERROR:
        return ef_link_refuse(link, status, EF_TEXT("erasing or programming the flash failed"), 0);
    default:
        return ef_link_refuse(link, status, EF_TEXT("an empty model, or a name beyond 64 printable characters"), 0);
    }
}

void ef_link_settle(struct ef_link *link) {
    static const char said[] = "active model damaged; back to the one before\n";
    if (ef_slots_settle(&link->slots))
        link->ended = !link->port->write(link->port->context, (const uint8_t *)said, sizeof said - 1u);
}

enum ef_status ef_link_model_begin(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    struct ef_span slot = ef_reader_text(request);
    uint32_t size = ef_reader_number(request, 4);
    struct ef_span sha256 = ef_reader_take(request, EF_SHA256_BYTES);
    uint8_t upload = 0;
    unsigned index = 0;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_link_settle(link);
    enum ef_status status = ef_slots_announce(&link->slots, slot, size, sha256.data, &upload, &index);
    if (status != EF_OK)
        return refuse(link, status);
    if (upload == EF_UPLOAD_SEND && index == link->open_slot)
        ef_link_close(link); /* its bytes are about to go */
    ef_writer_number(reply, upload, 1);
    ef_writer_number(reply, upload == EF_UPLOAD_SEND ? link->slots.received : size, 4);
    if (upload != EF_UPLOAD_SEND || !link->port->slots_path) {
        ef_writer_text(reply, "");
        return EF_OK;
    }
    char path[EF_PORT_SLOTS_PATH_BYTES + 8u]; /* the file channel's prefix and the place in the region, in hex */
    size_t used = strlen(link->port->slots_path);
    uint32_t offset = ef_slots_offset(&link->slots, index);
    if (used > EF_PORT_SLOTS_PATH_BYTES)
        used = EF_PORT_SLOTS_PATH_BYTES;
    memcpy(path, link->port->slots_path, used);
    for (unsigned shift = 32u; shift > 0u; shift -= 4u)
        path[used++] = digit[offset >> (shift - 4u) & 15u];
    ef_writer_span(reply, path, used);
    return EF_OK;
}

enum ef_status ef_link_model_chunk(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t offset = ef_reader_number(request, 4);
    if (request->failed)
        return ef_link_malformed(link);
    enum ef_status status = ef_slots_store(&link->slots, offset, request->data, request->left);
    if (status != EF_OK)
        return refuse(link, status);
    ef_writer_number(reply, link->slots.received, 4);
    return EF_OK;
}

enum ef_status ef_link_model_commit(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    char release[EF_SLOTS_RELEASE_BYTES + 1u];
    unsigned index = 0;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    enum ef_status status = ef_slots_commit(&link->slots, &index);
    if (status != EF_OK)
        return refuse(link, status);
    ef_slots_release(&link->slots, index, release);
    ef_writer_text(reply, release);
    ef_writer_text(reply, "");
    return EF_OK;
}

/* Load slot `index`, run it once with zeros, make it the active one. */
static enum ef_status take_over(struct ef_link *link, unsigned index) {
    static const struct ef_span first = {NULL, 0};
    uint64_t ticks = 0;
    enum ef_status status = ef_link_open(link, index, first);
    if (status == EF_OK)
        status = ef_link_run_model(link, &ticks);
    ef_link_close(link);
    if (status != EF_OK || index == link->slots.directory.active)
        return status;
    status = ef_slots_activate(&link->slots, index);
    return status == EF_OK ? EF_OK : refuse(link, status);
}

enum ef_status ef_link_model_activate(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    static const struct ef_span first = {NULL, 0};
    char release[EF_SLOTS_RELEASE_BYTES + 1u] = "";
    struct ef_span slot = ef_reader_text(request), wanted = ef_reader_text(request);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    if (link->slots.ahead)
        return refuse(link, EF_NO_SLOTS);
    unsigned index = ef_slots_find(&link->slots, slot, wanted), open = link->open_slot;
    if (index == EF_SLOTS_NO_SLOT)
        return ef_link_refuse(link, EF_NOT_FOUND, EF_TEXT("no such release is committed"), 0);
    link->slots.verified = 0; /* what lies in flash now counts */
    enum ef_status status = take_over(link, index);
    if (status != EF_OK) {
        struct ef_error why = link->error;
        if (open != EF_SLOTS_NO_SLOT)
            (void)ef_link_open(link, open, first); /* what ran before goes on */
        link->error = why;
        return status;
    }
    ef_slots_release(&link->slots, index, release);
    ef_writer_text(reply, release);
    release[0] = '\0';
    if (link->slots.directory.entry[1u - index].state == EF_SLOTS_USED)
        ef_slots_release(&link->slots, 1u - index, release);
    ef_writer_text(reply, release);
    return EF_OK;
}

static void write_slot(struct ef_link *link, unsigned index, bool all, struct ef_writer *reply) {
    const struct ef_slots_directory *directory = &link->slots.directory;
    const struct ef_slots_entry *entry = &directory->entry[index];
    const char *state = "previous ";
    char release[EF_SLOTS_RELEASE_BYTES + 1u], value[9u + 2u * EF_SHA256_BYTES + 1u];
    if (index == directory->active)
        state = "active ";
    else if (entry->state == EF_SLOTS_COMMITTED)
        state = "pending ";
    size_t used = strlen(state);
    memcpy(value, state, used);
    for (unsigned i = 0; i < EF_SHA256_BYTES; i++) {
        value[used++] = digit[entry->sha256[i] >> 4];
        value[used++] = digit[entry->sha256[i] & 15u];
    }
    value[used] = '\0';
    ef_slots_release(&link->slots, index, release);
    ef_writer_pair(reply, all ? entry->label : release, value);
}

static bool same_label(const struct ef_slots_directory *directory) {
    return memcmp(directory->entry[0].label, directory->entry[1].label, sizeof directory->entry[0].label) == 0;
}

enum ef_status ef_link_list_slots(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    const struct ef_slots_directory *directory = &link->slots.directory;
    struct ef_span slot = ef_reader_text(request);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_link_settle(link);
    unsigned newest = directory->active == 0u ? 0u : 1u;
    if (directory->entry[1u - newest].state == EF_SLOTS_COMMITTED)
        newest = 1u - newest; /* it came after the active one */
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++) {
        unsigned index = i == 0u ? newest : 1u - newest;
        const struct ef_slots_entry *entry = &directory->entry[index];
        if (entry->state < EF_SLOTS_COMMITTED)
            continue;
        bool chief = index == directory->active || (entry->state == EF_SLOTS_USED && !same_label(directory));
        if (slot.size > 0u ? ef_span_is(slot, entry->label) : chief)
            write_slot(link, index, slot.size == 0u, reply);
    }
    return EF_OK;
}
