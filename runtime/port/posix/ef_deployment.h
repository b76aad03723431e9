/* The folder of one deployment, BASE/NAME, with what is in it. */
#ifndef EF_DEPLOYMENT_H
#define EF_DEPLOYMENT_H

#include "ef_releases.h"

struct ef_deployment {
    const char *name;
    int folder, releases, incoming; /* -1 where not open */
};

/* Whether a name can be a deployment's; `copy` takes EF_RELEASES_SLOT_BYTES and a terminator. */
bool ef_deployment_name(struct ef_span slot, char *copy);

/* The same with a refusal for what cannot. */
enum ef_status ef_deployment_named(struct ef_span slot, char *copy, struct ef_error *error);

/* Whether this is a release's name. */
bool ef_deployment_is_release(const char *name);

/* Open the folders, and make those that are missing with `make`. Refuses what is not there and what is a link. */
enum ef_status ef_deployment_open(struct ef_deployment *deployment, int base, const char *name, bool make,
                                  struct ef_error *error);
void ef_deployment_close(struct ef_deployment *deployment);

/* The release that the link `current` or `previous` leads to; "" where it leads to none. */
void ef_deployment_linked(const struct ef_deployment *deployment, const char *link, char *release);

/* Let the link `current` or `previous` lead to a release; "" for none. */
bool ef_deployment_point(const struct ef_deployment *deployment, const char *link, const char *release);

/* Make `release` current, and what was current before previous. */
bool ef_deployment_switch(const struct ef_deployment *deployment, const char *release);

/* A name for a release made now that is free, also when the clock stands or was put back. */
void ef_deployment_new_name(const struct ef_deployment *deployment, const uint8_t *sha256, char *release);

/* Delete what lies in incoming/ but `keep`. */
bool ef_deployment_clear(const struct ef_deployment *deployment, const char *keep);

/* Delete the oldest releases beyond the number kept; never one that is, was or may become current again. */
bool ef_deployment_prune(const struct ef_deployment *deployment);

/* Add a line to log.jsonl; what was done is done, also where the disk is full now. */
void ef_deployment_log(const struct ef_deployment *deployment, const char *event, const char *release);

#endif /* EF_DEPLOYMENT_H */
