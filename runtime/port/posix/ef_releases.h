/* Releases on disk, in the layout and by the rules of runtime/agent/store.py:
 * BASE/NAME/{releases/<UTC>-<sha8>/model.tflite, current, previous, incoming/, log.jsonl}.
 *
 * A release is put together in incoming/, appears by one rename and never changes; `current` and `previous` are
 * relative links, switched by rename. Names come from the host: nothing outside BASE is read or written by them. */
#ifndef EF_RELEASES_H
#define EF_RELEASES_H

#include "ef_message.h"
#include "ef_trust.h"
#include "ef_wire.h"

#define EF_RELEASES_SLOT_BYTES 64u
#define EF_RELEASES_NAME_BYTES 25u  /* 20261120T193000Z-0123abcd */
#define EF_RELEASES_BASE_BYTES 512u /* of BASE's own path at most */
#define EF_RELEASES_PATH_BYTES 768u
#define EF_RELEASES_VALUE_BYTES 80u
#define EF_RELEASES_COMMITTED 8u /* slots whose commit of this session is remembered */

struct ef_releases_committed {
    char slot[EF_RELEASES_SLOT_BYTES + 1u], release[EF_RELEASES_NAME_BYTES + 1u];
};

struct ef_releases {
    int base;         /* the open folder */
    const char *path; /* its absolute path, at most EF_RELEASES_BASE_BYTES */
    struct ef_beat beat;
    struct ef_trust trust;
    char slot[EF_RELEASES_SLOT_BYTES + 1u]; /* of the upload under way */
    uint32_t size;
    uint8_t sha256[EF_SHA256_BYTES];
    int64_t offset; /* where it goes on; -1: none is under way */
    char announced[EF_RELEASES_SLOT_BYTES + 1u]; /* the slot of the bundle that comes next; "" for none */
    uint8_t identity[EF_SHA256_BYTES];
    char held[EF_RELEASES_SLOT_BYTES + 1u]; /* the slot whose release is pending for this session; "" for none */
    struct ef_releases_committed committed[EF_RELEASES_COMMITTED];
    unsigned next_committed;
};

/* Loads a model and runs it once; refuses what does not run. */
typedef enum ef_status (*ef_releases_try)(void *context, int model);

/* Start on the folder at `path`, which must be there: what an earlier session left pending goes. False with errno. */
bool ef_releases_begin(struct ef_releases *releases, const char *path, struct ef_beat beat);

/* The session ends: a release that nobody accepted goes. */
void ef_releases_end(struct ef_releases *releases);

/* Say of the next upload into a slot which bundle it is: only the same whole bundle counts as there then. */
enum ef_status ef_releases_expect(struct ef_releases *releases, struct ef_span slot, const uint8_t *identity,
                                  struct ef_error *error);

/* What is to be done for these bytes: `*upload` (enum ef_wire_upload), `*offset` to go on from, the file to write. */
enum ef_status ef_releases_announce(struct ef_releases *releases, struct ef_span slot, uint32_t size,
                                    const uint8_t *sha256, uint8_t *upload, uint32_t *offset, char *path,
                                    struct ef_error *error);

/* Append to the upload; `*next` is where it goes on. */
enum ef_status ef_releases_store(struct ef_releases *releases, uint32_t offset, const uint8_t *data, size_t size,
                                 uint32_t *next, struct ef_error *error);

/* Verify the upload and make it a release: its name and the path of its model. */
enum ef_status ef_releases_commit(struct ef_releases *releases, char *name, char *path, struct ef_error *error);

/* Make a release current that is as it was deployed and that `run` takes; an empty one means what was committed last.
 * If either refuses, nothing changes. With `hold_s`, 0 for none, it is pending until it is accepted. `name` and
 * `previous` take EF_RELEASES_NAME_BYTES and a terminator. */
enum ef_status ef_releases_activate(struct ef_releases *releases, struct ef_span slot, struct ef_span release,
                                    uint32_t hold_s, ef_releases_try run, void *context, char *name, char *previous,
                                    struct ef_error *error);

/* Keep the pending release of a slot, or go back to the one before; `name` is what is current then, "" for none. */
enum ef_status ef_releases_accept(struct ef_releases *releases, struct ef_span slot, bool good, char *name,
                                  struct ef_error *error);

/* Refuse a slot that has no deployment. */
enum ef_status ef_releases_there(const struct ef_releases *releases, struct ef_span slot, struct ef_error *error);

/* Open a slot's current model; `*file` is the caller's. */
enum ef_status ef_releases_open(struct ef_releases *releases, struct ef_span slot, int *file, struct ef_error *error);

/* List a slot's releases, newest first, or with an empty name all slots' active ones: `each` gets a name and its state,
 * a blank and its SHA-256. */
enum ef_status ef_releases_list(struct ef_releases *releases, struct ef_span slot,
                                void (*each)(void *context, const char *name, const char *value), void *context,
                                struct ef_error *error);

#endif /* EF_RELEASES_H */
