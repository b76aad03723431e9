/* Sessions on the releases, and the switch. Each step is on the disk before the next one depends on it. */
#define _POSIX_C_SOURCE 200809L
#include "ef_releases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ef_pending.h"

#define MODEL "model.tflite"

static bool can_be_slot(const char *name) {
    char copy[EF_RELEASES_SLOT_BYTES + 1u];
    struct ef_span span = {(const uint8_t *)name, strlen(name)};
    return ef_deployment_name(span, copy);
}

/* Go back where a release is pending; what cannot be written now the next session tries again. */
static void go_back(struct ef_releases *releases, const char *slot) {
    struct ef_deployment deployment;
    struct ef_error unused;
    if (ef_deployment_open(&deployment, releases->base, slot, false, &unused) != EF_OK)
        return;
    if (!ef_pending_back(&deployment))
        (void)fprintf(stderr, "notice: %s: its pending release stays for now: %s\n", slot, strerror(errno));
    ef_deployment_close(&deployment);
}

bool ef_releases_begin(struct ef_releases *releases, const char *path, struct ef_beat beat) {
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    memset(releases, 0, sizeof *releases);
    releases->path = path;
    releases->beat = beat;
    releases->offset = -1;
    releases->base = strlen(path) <= EF_RELEASES_BASE_BYTES ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    while (releases->base >= 0 && ef_folder_next(releases->base, after, false, can_be_slot, name)) {
        go_back(releases, name);
        memcpy(after, name, sizeof after);
    }
    return releases->base >= 0;
}

void ef_releases_end(struct ef_releases *releases) {
    if (releases->held[0] != '\0')
        go_back(releases, releases->held);
    releases->held[0] = '\0';
}

static const char *committed(const struct ef_releases *releases, const char *slot) {
    for (unsigned i = 0; i < EF_RELEASES_COMMITTED; i++)
        if (strcmp(releases->committed[i].slot, slot) == 0)
            return releases->committed[i].release;
    return "";
}

/* Refuse a release that is not as it was deployed, or that does not run. */
static enum ef_status try_release(struct ef_releases *releases, const struct ef_deployment *deployment,
                                  const char *name, ef_releases_try run, void *context, struct ef_error *error) {
    int folder = ef_deployment_is_release(name) ? ef_folder_open(deployment->releases, name) : -1;
    if (folder < 0)
        return ef_refusal_say(error, EF_NOT_FOUND, "no release '%.40s' in %s", name, deployment->name);
    enum ef_status status =
        ef_trust_check(&releases->trust, releases->base, folder, deployment->name, &releases->beat, error);
    if (status == EF_OK) {
        int model = ef_folder_file(folder, MODEL);
        status = model >= 0 ? run(context, model) : ef_refusal_errno(error, MODEL);
        if (model >= 0)
            (void)close(model);
    }
    (void)close(folder);
    return status;
}

enum ef_status ef_releases_activate(struct ef_releases *releases, struct ef_span slot, struct ef_span release,
                                    uint32_t hold_s, ef_releases_try run, void *context, char *name, char *previous,
                                    struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u], wanted[EF_FOLDER_NAME_BYTES + 1u], current[EF_RELEASES_NAME_BYTES + 1u];
    if (ef_deployment_named(slot, chosen, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, chosen, false, error) != EF_OK)
        return error->status;
    bool given = release.size > 0u;
    (void)snprintf(wanted, sizeof wanted, "%.*s", given ? (release.size < 255u ? (int)release.size : 255) : 255,
                   given ? (const char *)release.data : committed(releases, chosen));
    enum ef_status status = EF_OK;
    if (given && strlen(wanted) != release.size) /* too long, or with a zero in it */
        status = ef_refusal_say(error, EF_NOT_FOUND, "no release '%.40s' in %s", wanted, chosen);
    else if (wanted[0] == '\0')
        status = ef_refusal_say(error, EF_BAD_STATE, "nothing was committed in this session; name the release");
    if (status == EF_OK)
        status = try_release(releases, &deployment, wanted, run, context, error);
    ef_deployment_linked(&deployment, "current", current);
    if (status == EF_OK && strcmp(current, wanted) != 0 && hold_s > 0u) {
        ef_releases_end(releases);
        memcpy(releases->held, chosen, sizeof releases->held);
        if (!ef_pending_begin(&deployment, wanted, hold_s)) {
            status = ef_refusal_errno(error, wanted);
            ef_releases_end(releases);
        }
    } else if (status == EF_OK && strcmp(current, wanted) != 0) {
        if (!ef_deployment_switch(&deployment, wanted)) {
            status = ef_refusal_errno(error, wanted);
        } else {
            ef_deployment_log(&deployment, "activate", wanted);
            if (!ef_deployment_prune(&deployment))
                status = ef_refusal_errno(error, "releases");
        }
    }
    if (status == EF_OK) {
        memcpy(name, wanted, EF_RELEASES_NAME_BYTES + 1u);
        ef_deployment_linked(&deployment, "previous", previous);
    }
    ef_deployment_close(&deployment);
    return status;
}

enum ef_status ef_releases_accept(struct ef_releases *releases, struct ef_span slot, bool good, char *name,
                                  struct ef_error *error) {
    struct ef_deployment deployment;
    struct ef_pending pending;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u];
    if (ef_deployment_named(slot, chosen, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, chosen, false, error) != EF_OK)
        return error->status;
    enum ef_status status = EF_OK;
    if (strcmp(releases->held, chosen) != 0 || !ef_pending_read(&deployment, &pending))
        status = ef_refusal_say(error, EF_BAD_STATE, "no release of %s is pending", chosen);
    else if (!(good ? ef_pending_accept(&deployment) : ef_pending_back(&deployment)))
        status = ef_refusal_errno(error, chosen);
    if (status == EF_OK) {
        releases->held[0] = '\0';
        if (good && !ef_deployment_prune(&deployment))
            status = ef_refusal_errno(error, "releases");
        ef_deployment_linked(&deployment, "current", name);
    }
    ef_deployment_close(&deployment);
    return status;
}

enum ef_status ef_releases_there(const struct ef_releases *releases, struct ef_span slot, struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u];
    if (ef_deployment_named(slot, chosen, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, chosen, false, error) != EF_OK)
        return error->status;
    ef_deployment_close(&deployment);
    return EF_OK;
}

enum ef_status ef_releases_open(struct ef_releases *releases, struct ef_span slot, int *file, struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u], current[EF_RELEASES_NAME_BYTES + 1u];
    if (ef_deployment_named(slot, chosen, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, chosen, false, error) != EF_OK)
        return error->status;
    ef_deployment_linked(&deployment, "current", current);
    int folder = current[0] != '\0' ? ef_folder_open(deployment.releases, current) : -1;
    *file = folder >= 0 ? ef_folder_file(folder, MODEL) : -1;
    if (folder >= 0)
        (void)close(folder);
    ef_deployment_close(&deployment);
    return *file >= 0 ? EF_OK : ef_refusal_say(error, EF_NOT_FOUND, "%s has no active model", chosen);
}

/* A release's state, a blank and its digest, which is empty where there is no model. */
static void describe(const struct ef_releases *releases, const struct ef_deployment *deployment, const char *release,
                     const char *state, char *value) {
    uint8_t digest[EF_SHA256_BYTES];
    char digits[2u * EF_SHA256_BYTES + 1u] = "";
    int folder = ef_folder_open(deployment->releases, release);
    if (folder >= 0 && ef_folder_digest(folder, MODEL, &releases->beat, digest))
        ef_folder_hex(digest, digits);
    if (folder >= 0)
        (void)close(folder);
    (void)snprintf(value, EF_RELEASES_VALUE_BYTES + 1u, "%s %s", state, digits);
}

static void list_slots(struct ef_releases *releases,
                       void (*each)(void *context, const char *name, const char *value), void *context) {
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    char current[EF_RELEASES_NAME_BYTES + 1u], value[EF_RELEASES_VALUE_BYTES + 1u];
    struct ef_deployment deployment;
    struct ef_error unused;
    while (ef_folder_next(releases->base, after, false, can_be_slot, name)) {
        memcpy(after, name, sizeof after);
        if (ef_deployment_open(&deployment, releases->base, name, false, &unused) != EF_OK)
            continue;
        ef_deployment_linked(&deployment, "current", current);
        if (current[0] != '\0') {
            describe(releases, &deployment, current, "active", value);
            each(context, name, value);
        }
        ef_deployment_close(&deployment);
    }
}

enum ef_status ef_releases_list(struct ef_releases *releases, struct ef_span slot,
                                void (*each)(void *context, const char *name, const char *value), void *context,
                                struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u], value[EF_RELEASES_VALUE_BYTES + 1u];
    char name[EF_FOLDER_NAME_BYTES + 1u], before[EF_FOLDER_NAME_BYTES + 1u] = "";
    char current[EF_RELEASES_NAME_BYTES + 1u], previous[EF_RELEASES_NAME_BYTES + 1u];
    if (slot.size == 0u) {
        list_slots(releases, each, context);
        return EF_OK;
    }
    if (ef_deployment_named(slot, chosen, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, chosen, false, error) != EF_OK)
        return error->status;
    ef_deployment_linked(&deployment, "current", current);
    ef_deployment_linked(&deployment, "previous", previous);
    while (ef_folder_next(deployment.releases, before, true, ef_deployment_is_release, name)) {
        memcpy(before, name, sizeof before);
        const char *state = strcmp(name, current) == 0 ? "active" : strcmp(name, previous) == 0 ? "previous" : "";
        describe(releases, &deployment, name, state, value);
        each(context, name, value);
    }
    ef_deployment_close(&deployment);
    return EF_OK;
}
