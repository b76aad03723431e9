/* A/B slots in RAM or flash. Refuses labels that are no plain names, models that do not fit, gaps, wrong digests. */
#include "ef_slots.h"

#include <string.h>

#include "ef_frame.h"
#include "ef_load.h"
#include "ef_wire.h"

#define RECORD_MAGIC 0x31534645u /* "EFS1" */
#define RECORD_BYTES 256u
#define RECORD_ENTRY 12u        /* offset of the first entry */
#define RECORD_ENTRY_BYTES 108u /* size, done, state, label size, two zeros, sha256, label */
#define RECORD_CRC (RECORD_ENTRY + EF_SLOTS_COUNT * RECORD_ENTRY_BYTES)
#define PROGRESS_SECTORS 4u /* a record of an upload's progress after so many */

static bool persistent(const struct ef_slots *slots) {
    return slots->port->erase != NULL;
}

static uint32_t cells_per_sector(const struct ef_slots *slots) {
    return slots->port->sector_bytes / RECORD_BYTES;
}

static uint32_t cell_offset(const struct ef_slots *slots, uint32_t cell) {
    uint32_t per_sector = cells_per_sector(slots);
    return cell / per_sector * slots->port->sector_bytes + cell % per_sector * RECORD_BYTES;
}

/* --- records of the directory --- */

static void pack(const struct ef_slots_directory *directory, uint32_t serial, uint8_t *record) {
    memset(record, 0, RECORD_CRC);
    memset(record + RECORD_CRC, 0xFF, RECORD_BYTES - RECORD_CRC);
    ef_store_u32(record, RECORD_MAGIC);
    ef_store_u32(record + 4, serial);
    record[8] = directory->active;
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++) {
        const struct ef_slots_entry *entry = &directory->entry[i];
        uint8_t *at = record + RECORD_ENTRY + i * RECORD_ENTRY_BYTES;
        size_t label = strlen(entry->label);
        ef_store_u32(at, entry->size);
        ef_store_u32(at + 4, entry->done);
        at[8] = entry->state;
        at[9] = (uint8_t)label;
        memcpy(at + 12, entry->sha256, EF_SHA256_BYTES);
        memcpy(at + 12 + EF_SHA256_BYTES, entry->label, label);
    }
    ef_store_u32(record + RECORD_CRC, ef_frame_crc(0, record, RECORD_CRC));
}

static bool unpack(const struct ef_slots *slots, const uint8_t *record, struct ef_slots_directory *directory) {
    if (ef_load_u32(record) != RECORD_MAGIC || ef_load_u32(record + RECORD_CRC) != ef_frame_crc(0, record, RECORD_CRC))
        return false;
    memset(directory, 0, sizeof *directory);
    directory->active = record[8];
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++) {
        struct ef_slots_entry *entry = &directory->entry[i];
        const uint8_t *at = record + RECORD_ENTRY + i * RECORD_ENTRY_BYTES;
        entry->size = ef_load_u32(at);
        entry->done = ef_load_u32(at + 4);
        entry->state = at[8];
        if (at[9] > EF_SLOTS_LABEL_BYTES || entry->size > slots->slot_bytes || entry->done > entry->size ||
            entry->done % slots->port->sector_bytes != 0u || entry->state > EF_SLOTS_USED)
            return false;
        memcpy(entry->sha256, at + 12, EF_SHA256_BYTES);
        memcpy(entry->label, at + 12 + EF_SHA256_BYTES, at[9]);
    }
    return directory->active == EF_SLOTS_NO_SLOT ||
           (directory->active < EF_SLOTS_COUNT && directory->entry[directory->active].state == EF_SLOTS_USED);
}

static bool erased(const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0xFFu)
            return false;
    return true;
}

/* Make `directory` the slots' own; in flash only when its record reads back right. */
static enum ef_status keep(struct ef_slots *slots, const struct ef_slots_directory *directory) {
    if (persistent(slots)) {
        uint8_t record[RECORD_BYTES];
        const struct ef_port *port = slots->port;
        uint32_t per_sector = cells_per_sector(slots), cell = slots->cell;
        uint32_t offset = cell_offset(slots, cell);
        while (cell % per_sector != 0u && !erased(port->slots + offset, RECORD_BYTES)) {
            cell = (cell + 1u) % (2u * per_sector);
            offset = cell_offset(slots, cell);
        }
        slots->cell = (cell + 1u) % (2u * per_sector);
        if (cell % per_sector == 0u && !port->erase(port->context, offset))
            return EF_IO_ERROR;
        pack(directory, slots->serial + 1u, record);
        if (!port->program(port->context, offset, record, RECORD_BYTES) ||
            memcmp(port->slots + offset, record, RECORD_BYTES) != 0)
            return EF_IO_ERROR;
        slots->serial++;
    }
    slots->directory = *directory;
    return EF_OK;
}

void ef_slots_mount(struct ef_slots *slots, const struct ef_port *port) {
    memset(slots, 0, sizeof *slots);
    slots->port = port;
    slots->directory.active = EF_SLOTS_NO_SLOT;
    if (!persistent(slots)) {
        slots->slot_bytes = port->slots_bytes / EF_SLOTS_COUNT & ~15u;
        return;
    }
    uint32_t sectors = port->slots_bytes / port->sector_bytes;
    slots->slot_bytes = sectors > 2u ? (sectors - 2u) / EF_SLOTS_COUNT * port->sector_bytes : 0u;
    if (slots->slot_bytes == 0u)
        return;
    for (uint32_t cell = 0; cell < 2u * cells_per_sector(slots); cell++) {
        const uint8_t *record = port->slots + cell_offset(slots, cell);
        struct ef_slots_directory directory;
        uint32_t serial = ef_load_u32(record + 4);
        if ((slots->serial == 0u || serial > slots->serial) && unpack(slots, record, &directory)) {
            slots->directory = directory;
            slots->serial = serial;
            slots->cell = (cell + 1u) % (2u * cells_per_sector(slots));
        }
    }
    unsigned writing = ef_slots_writing(slots);
    if (writing != EF_SLOTS_NO_SLOT)
        slots->received = slots->directory.entry[writing].done;
}

/* --- places --- */

uint32_t ef_slots_offset(const struct ef_slots *slots, unsigned index) {
    return (persistent(slots) ? 2u * slots->port->sector_bytes : 0u) + index * slots->slot_bytes;
}

const uint8_t *ef_slots_data(const struct ef_slots *slots, unsigned index) {
    return slots->port->slots + ef_slots_offset(slots, index);
}

unsigned ef_slots_writing(const struct ef_slots *slots) {
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++)
        if (slots->directory.entry[i].state == EF_SLOTS_WRITING)
            return i;
    return EF_SLOTS_NO_SLOT;
}

void ef_slots_release(const struct ef_slots *slots, unsigned index, char *name) {
    static const char digit[] = "0123456789abcdef";
    const uint8_t *sha256 = slots->directory.entry[index].sha256;
    for (unsigned i = 0; i < EF_SLOTS_RELEASE_BYTES; i++)
        name[i] = digit[(unsigned)sha256[i / 2u] >> (i % 2u ? 0u : 4u) & 15u];
    name[EF_SLOTS_RELEASE_BYTES] = '\0';
}

unsigned ef_slots_find(const struct ef_slots *slots, struct ef_span label, struct ef_span release) {
    unsigned found = EF_SLOTS_NO_SLOT;
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++) {
        const struct ef_slots_entry *entry = &slots->directory.entry[i];
        char name[EF_SLOTS_RELEASE_BYTES + 1u];
        if (entry->state < EF_SLOTS_COMMITTED || (label.size > 0u && !ef_span_is(label, entry->label)))
            continue;
        ef_slots_release(slots, i, name);
        if (release.size > 0u && !ef_span_is(release, name))
            continue;
        bool better = release.size > 0u ? i == slots->directory.active
                                        : entry->state == EF_SLOTS_COMMITTED || i == slots->directory.active;
        if (found == EF_SLOTS_NO_SLOT ||
            (better && slots->directory.entry[found].state != EF_SLOTS_COMMITTED))
            found = i;
    }
    return found;
}

unsigned ef_slots_find_label(const struct ef_slots *slots, struct ef_span label) {
    unsigned found = EF_SLOTS_NO_SLOT;
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++) {
        const struct ef_slots_entry *entry = &slots->directory.entry[i];
        if (entry->state >= EF_SLOTS_COMMITTED && ef_span_is(label, entry->label) &&
            (found == EF_SLOTS_NO_SLOT || i == slots->directory.active))
            found = i;
    }
    return found;
}

/* --- upload --- */

static bool plain_name(struct ef_span label) {
    for (size_t i = 0; i < label.size; i++)
        if (label.data[i] <= ' ' || label.data[i] > '~')
            return false;
    return label.size <= EF_SLOTS_LABEL_BYTES;
}

static bool same(const struct ef_slots_entry *entry, struct ef_span label, uint32_t size, const uint8_t *sha256) {
    return entry->size == size && memcmp(entry->sha256, sha256, EF_SHA256_BYTES) == 0 &&
           ef_span_is(label, entry->label);
}

bool ef_slots_settle(struct ef_slots *slots) {
    const unsigned active = slots->directory.active, other = 1u - active;
    return active != EF_SLOTS_NO_SLOT && slots->directory.entry[other].state == EF_SLOTS_USED &&
           !ef_slots_intact(slots, active) && ef_slots_intact(slots, other) &&
           ef_slots_activate(slots, other) == EF_OK;
}

enum ef_status ef_slots_announce(struct ef_slots *slots, struct ef_span label, uint32_t size, const uint8_t *sha256,
                                 uint8_t *upload, unsigned *index) {
    struct ef_slots_directory next = slots->directory;
    slots->verified = 0; /* what lies in flash now counts */
    if (size == 0u || !plain_name(label))
        return EF_BAD_REQUEST;
    if (size > slots->slot_bytes)
        return EF_TOO_LARGE;
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++) {
        *index = i;
        if (next.entry[i].state == EF_SLOTS_EMPTY || !same(&next.entry[i], label, size, sha256))
            continue;
        *upload = EF_UPLOAD_SEND; /* the rest of it, if it is still being written */
        if (next.entry[i].state == EF_SLOTS_WRITING)
            return EF_OK;
        if (ef_slots_intact(slots, i)) {
            *upload = i == next.active ? EF_UPLOAD_ACTIVE : EF_UPLOAD_COMMITTED;
            return EF_OK;
        }
        next.entry[i].state = EF_SLOTS_EMPTY;
        if (i == next.active)
            next.active = EF_SLOTS_NO_SLOT;
    }
    *upload = EF_UPLOAD_SEND;
    *index = next.active != EF_SLOTS_NO_SLOT ? 1u - next.active : next.entry[0].state >= EF_SLOTS_COMMITTED;
    for (unsigned i = 0; i < EF_SLOTS_COUNT; i++)
        if (next.entry[i].state == EF_SLOTS_WRITING)
            next.entry[i].state = EF_SLOTS_EMPTY;
    struct ef_slots_entry *entry = &next.entry[*index];
    memset(entry, 0, sizeof *entry);
    entry->size = size;
    entry->state = EF_SLOTS_WRITING;
    memcpy(entry->label, label.data, label.size);
    memcpy(entry->sha256, sha256, EF_SHA256_BYTES);
    slots->received = 0;
    return keep(slots, &next);
}

/* Program whole granules, erasing each sector as it is entered. `at` counts from the slot's begin. */
static enum ef_status program(struct ef_slots *slots, unsigned index, uint32_t at, const uint8_t *data, uint32_t size) {
    const struct ef_port *port = slots->port;
    while (size > 0u) {
        uint32_t offset = ef_slots_offset(slots, index) + at;
        uint32_t part = port->sector_bytes - at % port->sector_bytes;
        if (part > size)
            part = size;
        if (at % port->sector_bytes == 0u && !port->erase(port->context, offset))
            return EF_IO_ERROR;
        if (!port->program(port->context, offset, data, part))
            return EF_IO_ERROR;
        at += part;
        data += part;
        size -= part;
    }
    return EF_OK;
}

/* What a failed step left of its sector is of no use: it is erased and sent again. */
static enum ef_status give_up_sector(struct ef_slots *slots, enum ef_status status) {
    slots->received -= slots->received % slots->port->sector_bytes;
    return status;
}

static enum ef_status store_flash(struct ef_slots *slots, unsigned index, const uint8_t *data, uint32_t size) {
    const uint32_t granule = slots->port->program_bytes;
    while (size > 0u) {
        uint32_t tail = slots->received % granule, part;
        enum ef_status status = EF_OK;
        if (tail > 0u || size < granule) {
            part = granule - tail < size ? granule - tail : size;
            memcpy(slots->tail + tail, data, part);
            if (tail + part == granule)
                status = program(slots, index, slots->received - tail, slots->tail, granule);
        } else {
            part = size - size % granule;
            status = program(slots, index, slots->received, data, part);
        }
        if (status != EF_OK)
            return give_up_sector(slots, status);
        slots->received += part;
        data += part;
        size -= part;
    }
    uint32_t done = slots->received - slots->received % slots->port->sector_bytes;
    if (done - slots->directory.entry[index].done >= PROGRESS_SECTORS * slots->port->sector_bytes) {
        struct ef_slots_directory next = slots->directory;
        next.entry[index].done = done;
        return keep(slots, &next);
    }
    return EF_OK;
}

enum ef_status ef_slots_store(struct ef_slots *slots, uint32_t offset, const uint8_t *data, size_t size) {
    unsigned index = ef_slots_writing(slots);
    if (index == EF_SLOTS_NO_SLOT)
        return EF_BAD_STATE;
    const struct ef_slots_entry *entry = &slots->directory.entry[index];
    if (offset > entry->size || size > entry->size - offset)
        return EF_TOO_LARGE;
    if (offset > slots->received)
        return EF_BAD_OFFSET;
    if (offset + size <= slots->received)
        return EF_OK;
    uint32_t known = slots->received - offset, fresh = (uint32_t)size - known;
    if (persistent(slots))
        return store_flash(slots, index, data + known, fresh);
    memcpy(slots->port->slots + ef_slots_offset(slots, index) + slots->received, data + known, fresh);
    slots->received += fresh;
    return EF_OK;
}

static bool digest_holds(const struct ef_slots *slots, unsigned index) {
    struct ef_sha256 sha;
    uint8_t digest[EF_SHA256_BYTES];
    ef_sha256_begin(&sha);
    ef_sha256_add(&sha, ef_slots_data(slots, index), slots->directory.entry[index].size);
    ef_sha256_end(&sha, digest);
    return memcmp(digest, slots->directory.entry[index].sha256, EF_SHA256_BYTES) == 0;
}

enum ef_status ef_slots_commit(struct ef_slots *slots, unsigned *index) {
    struct ef_slots_directory next = slots->directory;
    *index = ef_slots_writing(slots);
    if (*index == EF_SLOTS_NO_SLOT)
        return EF_BAD_STATE;
    struct ef_slots_entry *entry = &next.entry[*index];
    bool placed = slots->received == 0u && slots->port->slots_path != NULL; /* through the file channel */
    if (slots->received != entry->size && !placed)
        return EF_BAD_STATE;
    if (persistent(slots) && !placed) {
        uint32_t granule = slots->port->program_bytes, tail = slots->received % granule;
        if (tail > 0u) {
            memset(slots->tail + tail, 0xFF, granule - tail);
            enum ef_status status = program(slots, *index, slots->received - tail, slots->tail, granule);
            if (status != EF_OK)
                return give_up_sector(slots, status);
        }
    }
    bool holds = digest_holds(slots, *index);
    entry->state = holds ? EF_SLOTS_COMMITTED : EF_SLOTS_EMPTY;
    entry->done = 0;
    enum ef_status status = keep(slots, &next);
    if (status != EF_OK)
        return status;
    if (holds)
        slots->verified |= (uint8_t)(1u << *index);
    return holds ? EF_OK : EF_BAD_CHECKSUM;
}

bool ef_slots_intact(struct ef_slots *slots, unsigned index) {
    if (!((unsigned)slots->verified >> index & 1u) && digest_holds(slots, index))
        slots->verified |= (uint8_t)(1u << index);
    return (unsigned)slots->verified >> index & 1u;
}

enum ef_status ef_slots_activate(struct ef_slots *slots, unsigned index) {
    struct ef_slots_directory next = slots->directory;
    next.active = (uint8_t)index;
    next.entry[index].state = EF_SLOTS_USED;
    return keep(slots, &next);
}
