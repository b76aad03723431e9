/* Two places for models, of which one is active: a new model goes to the other and takes over when it has run.
 *
 * In RAM the directory is plain memory and lost at reset. In flash it is a log of 256-byte records in the first two
 * sectors: each record holds the whole directory, a serial number and a CRC, the valid one with the highest serial
 * holds. A power cut between any two programming steps leaves the old or the new directory, and the active slot is
 * never written to. Flash: [2 directory sectors][slot 0][slot 1]. */
#ifndef EF_SLOTS_H
#define EF_SLOTS_H

#include "ef_message.h"
#include "ef_port.h"
#include "ef_sha256.h"
#include "ef_status.h"

#define EF_SLOTS_COUNT 2u
#define EF_SLOTS_LABEL_BYTES 64u
#define EF_SLOTS_RELEASE_BYTES 16u /* hex digits of the SHA-256 that name a release */
#define EF_SLOTS_GRANULE_MAX 16u
#define EF_SLOTS_NO_SLOT 0xFFu

enum ef_slots_state {
    EF_SLOTS_EMPTY = 0,
    EF_SLOTS_WRITING = 1,
    EF_SLOTS_COMMITTED = 2, /* whole and verified, never active yet */
    EF_SLOTS_USED = 3       /* is or was active */
};

struct ef_slots_entry {
    uint32_t size;
    uint32_t done; /* while WRITING in flash: whole sectors that are safely there */
    uint8_t state; /* enum ef_slots_state */
    char label[EF_SLOTS_LABEL_BYTES + 1u];
    uint8_t sha256[EF_SHA256_BYTES];
};

struct ef_slots_directory {
    uint8_t active; /* index, or EF_SLOTS_NO_SLOT */
    struct ef_slots_entry entry[EF_SLOTS_COUNT];
};

struct ef_slots {
    const struct ef_port *port;
    struct ef_slots_directory directory;
    uint32_t slot_bytes; /* the largest model */
    uint32_t received;   /* bytes of the entry that is WRITING */
    uint8_t verified;    /* bit i: slot i's SHA-256 was right since start */
    uint8_t tail[EF_SLOTS_GRANULE_MAX]; /* received, not yet a whole granule */
    uint32_t serial;     /* of the newest record */
    uint32_t cell;       /* where the next record goes */
    bool ahead;          /* the only model is part of the image (runtime/aot) */
};

/* Read the directory; damaged or foreign flash counts as empty. */
void ef_slots_mount(struct ef_slots *slots, const struct ef_port *port);

/* Where slot `index` begins in the port's region. */
uint32_t ef_slots_offset(const struct ef_slots *slots, unsigned index);
const uint8_t *ef_slots_data(const struct ef_slots *slots, unsigned index);

/* The entry that is WRITING, or EF_SLOTS_NO_SLOT. */
unsigned ef_slots_writing(const struct ef_slots *slots);

/* Where the active model is damaged and the one before it is whole, that one becomes active again. Whether it did. */
bool ef_slots_settle(struct ef_slots *slots);

/* Announce a model. On EF_OK `*upload` is an enum ef_wire_upload and `*index` the slot it means; `received` then says
 * where to go on. A stored model that is damaged counts as missing. Refuses: bad label or size, storage failure. */
enum ef_status ef_slots_announce(struct ef_slots *slots, struct ef_span label, uint32_t size, const uint8_t *sha256,
                                 uint8_t *upload, unsigned *index);

/* Store bytes of the announced model. Bytes that are already there are skipped; EF_BAD_OFFSET where some are missing. */
enum ef_status ef_slots_store(struct ef_slots *slots, uint32_t offset, const uint8_t *data, size_t size);

/* Verify size and digest of what is stored. A wrong digest forgets the upload. */
enum ef_status ef_slots_commit(struct ef_slots *slots, unsigned *index);

/* Whether the digest of a committed slot still holds; computed once after each start. */
bool ef_slots_intact(struct ef_slots *slots, unsigned index);

enum ef_status ef_slots_activate(struct ef_slots *slots, unsigned index);

/* The slot with this label and release; an empty release means the one not yet active, then the active one; an empty
 * label any. EF_SLOTS_NO_SLOT when there is none. */
unsigned ef_slots_find(const struct ef_slots *slots, struct ef_span label, struct ef_span release);

/* The slot with this label, the active one first, also one that was never active: a model can be tried without
 * deploying it. EF_SLOTS_NO_SLOT when there is none. */
unsigned ef_slots_find_label(const struct ef_slots *slots, struct ef_span label);

/* Write the release's name, EF_SLOTS_RELEASE_BYTES hex digits and a terminator. */
void ef_slots_release(const struct ef_slots *slots, unsigned index, char *name);

#endif /* EF_SLOTS_H */
