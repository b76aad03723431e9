/* The slots of an image that holds its model ahead of time: one entry, always active. Refuses every other model. */
#include <string.h>

#include "ef_aot.h"
#include "ef_slots.h"

void ef_slots_mount(struct ef_slots *slots, const struct ef_port *port) {
    memset(slots, 0, sizeof *slots);
    slots->port = port;
    slots->ahead = true;
    struct ef_slots_entry *entry = &slots->directory.entry[0];
    size_t label = strlen(ef_aot_model.label);
    entry->size = ef_aot_model.file_bytes;
    entry->state = EF_SLOTS_USED;
    memcpy(entry->label, ef_aot_model.label, label < EF_SLOTS_LABEL_BYTES ? label : EF_SLOTS_LABEL_BYTES);
    memcpy(entry->sha256, ef_aot_model.sha256, sizeof entry->sha256);
}

uint32_t ef_slots_offset(const struct ef_slots *slots, unsigned index) {
    (void)slots;
    (void)index;
    return 0;
}

const uint8_t *ef_slots_data(const struct ef_slots *slots, unsigned index) {
    (void)slots;
    (void)index;
    return ef_aot_model.sha256; /* nothing reads the file, which is not there */
}

unsigned ef_slots_writing(const struct ef_slots *slots) {
    (void)slots;
    return EF_SLOTS_NO_SLOT;
}

bool ef_slots_settle(struct ef_slots *slots) {
    (void)slots;
    return false;
}

enum ef_status ef_slots_announce(struct ef_slots *slots, struct ef_span label, uint32_t size, const uint8_t *sha256,
                                 uint8_t *upload, unsigned *index) {
    (void)slots;
    (void)label;
    (void)size;
    (void)sha256;
    (void)upload;
    (void)index;
    return EF_NO_SLOTS;
}

enum ef_status ef_slots_store(struct ef_slots *slots, uint32_t offset, const uint8_t *data, size_t size) {
    (void)slots;
    (void)offset;
    (void)data;
    (void)size;
    return EF_NO_SLOTS;
}

enum ef_status ef_slots_commit(struct ef_slots *slots, unsigned *index) {
    (void)slots;
    (void)index;
    return EF_NO_SLOTS;
}

bool ef_slots_intact(struct ef_slots *slots, unsigned index) {
    (void)slots;
    return index == 0u;
}

enum ef_status ef_slots_activate(struct ef_slots *slots, unsigned index) {
    (void)slots;
    (void)index;
    return EF_NO_SLOTS;
}

unsigned ef_slots_find(const struct ef_slots *slots, struct ef_span label, struct ef_span release) {
    (void)slots;
    (void)label;
    (void)release;
    return EF_SLOTS_NO_SLOT;
}

unsigned ef_slots_find_label(const struct ef_slots *slots, struct ef_span label) {
    return ef_span_is(label, slots->directory.entry[0].label) ? 0u : EF_SLOTS_NO_SLOT;
}

void ef_slots_release(const struct ef_slots *slots, unsigned index, char *name) {
    static const char digit[] = "0123456789abcdef";
    const uint8_t *sha256 = slots->directory.entry[index].sha256;
    for (unsigned i = 0; i < EF_SLOTS_RELEASE_BYTES; i++)
        name[i] = digit[(uint32_t)sha256[i / 2u] >> (i % 2u ? 0u : 4u) & 15u];
    name[EF_SLOTS_RELEASE_BYTES] = '\0';
}
