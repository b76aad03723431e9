/* Releases on trial: BASE/NAME/state.json says which one is pending, and what to go back to, as
 * runtime/agent/pending.py writes it. It is written before the links are switched, so that the next session
 * finds a release that nobody accepted, also after a power cut, and goes back. */
#ifndef EF_PENDING_H
#define EF_PENDING_H

#include "ef_deployment.h"

struct ef_pending { /* names, "" for none */
    char release[EF_RELEASES_NAME_BYTES + 1u];
    char current[EF_RELEASES_NAME_BYTES + 1u], previous[EF_RELEASES_NAME_BYTES + 1u]; /* before it */
};

/* False where nothing is pending, or what says so is damaged. */
bool ef_pending_read(const struct ef_deployment *deployment, struct ef_pending *pending);

/* Switch to a release that is pending from now on, for at most `hold_s`. */
bool ef_pending_begin(const struct ef_deployment *deployment, const char *release, uint32_t hold_s);

/* The pending release is good. */
bool ef_pending_accept(const struct ef_deployment *deployment);

/* Make current again what was it before the pending release; nothing where none is pending. */
bool ef_pending_back(const struct ef_deployment *deployment);

#endif /* EF_PENDING_H */
