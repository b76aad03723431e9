/* Uploads, their verification, and the switch. Each step is on the disk before the next one depends on it. */
#define _POSIX_C_SOURCE 200809L
#include "ef_releases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "ef_deployment.h"

#define SPARE_BYTES (1024 * 1024) /* left free for the log and the links */
#define MODEL "model.tflite"
#define PART_BYTES (2u * EF_SHA256_BYTES + 5u)
#define LIBRARY ".so"

bool ef_releases_begin(struct ef_releases *releases, const char *path, struct ef_beat beat) {
    memset(releases, 0, sizeof *releases);
    releases->path = path;
    releases->beat = beat;
    releases->offset = -1;
    releases->base = strlen(path) <= EF_RELEASES_BASE_BYTES ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    return releases->base >= 0;
}

static enum ef_status no_name(struct ef_error *error) {
    return ef_refusal_say(error, EF_BAD_REQUEST, "a name has 1 to 64 of a-z 0-9 . _ - and does not start with a dot");
}

/* The upload's file in incoming/, with what lies beside it. */
static void part_name(const struct ef_releases *releases, const char *end, char name[EF_FOLDER_NAME_BYTES + 1u]) {
    char digits[2u * EF_SHA256_BYTES + 1u];
    ef_folder_hex(releases->sha256, digits);
    (void)snprintf(name, EF_FOLDER_NAME_BYTES + 1u, "%s.part%s", digits, end);
}

static void model_path(const struct ef_releases *releases, const char *slot, const char *release, char *path) {
    (void)snprintf(path, EF_RELEASES_PATH_BYTES + 1u, "%s/%s/releases/%s/" MODEL, releases->path, slot, release);
}

static void remember(struct ef_releases *releases, const char *slot, const char *release) {
    struct ef_releases_committed *entry = NULL;
    for (unsigned i = 0; i < EF_RELEASES_COMMITTED; i++)
        if (strcmp(releases->committed[i].slot, slot) == 0)
            entry = &releases->committed[i];
    if (!entry)
        entry = &releases->committed[releases->next_committed++ % EF_RELEASES_COMMITTED];
    (void)snprintf(entry->slot, sizeof entry->slot, "%s", slot);
    (void)snprintf(entry->release, sizeof entry->release, "%s", release);
}

/* Whether a release has these bytes and may be used: as it was deployed, and signed where this device asks for it. */
static bool is_same(struct ef_releases *releases, const struct ef_deployment *deployment, const char *release) {
    struct ef_error unused;
    uint8_t digest[EF_SHA256_BYTES];
    char digits[2u * EF_SHA256_BYTES + 1u];
    ef_folder_hex(releases->sha256, digits);
    if (strncmp(release + EF_RELEASES_NAME_BYTES - 8u, digits, 8) != 0)
        return false;
    int folder = ef_folder_open(deployment->releases, release);
    if (folder < 0)
        return false;
    bool same = ef_folder_size(folder, MODEL) == (int64_t)releases->size &&
                ef_folder_digest(folder, MODEL, &releases->beat, digest) &&
                memcmp(digest, releases->sha256, sizeof digest) == 0 &&
                ef_trust_check(&releases->trust, releases->base, folder, deployment->name, &releases->beat, &unused) ==
                    EF_OK;
    (void)close(folder);
    return same;
}

/* Make room for the upload: what an earlier one left is kept where it is the begin of this one. */
static enum ef_status make_room(struct ef_releases *releases, const struct ef_deployment *deployment, uint32_t *offset,
                                struct ef_error *error) {
    struct statvfs disk;
    char part[EF_FOLDER_NAME_BYTES + 1u];
    part_name(releases, "", part);
    if (!ef_deployment_clear(deployment, part))
        return ef_refusal_errno(error, "incoming");
    int64_t there = ef_folder_size(deployment->incoming, part);
    if (there < 0 || there > (int64_t)releases->size) {
        if (!ef_folder_remove(deployment->incoming, part))
            return ef_refusal_errno(error, "incoming");
        there = 0;
    }
    *offset = (uint32_t)there;
    if (fstatvfs(deployment->folder, &disk) != 0)
        return ef_refusal_errno(error, deployment->name);
    uint64_t free = (uint64_t)disk.f_bavail * disk.f_frsize, needed = (uint64_t)releases->size - *offset + SPARE_BYTES;
    if (free < needed)
        return ef_refusal_say(error, EF_TOO_LARGE, "%llu bytes are free, %llu are needed", (unsigned long long)free,
                         (unsigned long long)needed);
    releases->offset = there;
    return EF_OK;
}

enum ef_status ef_releases_announce(struct ef_releases *releases, struct ef_span slot, uint32_t size,
                                    const uint8_t *sha256, uint8_t *upload, uint32_t *offset, char *path,
                                    struct ef_error *error) {
    struct ef_deployment deployment;
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    char current[EF_RELEASES_NAME_BYTES + 1u];
    releases->offset = -1;
    if (!ef_deployment_name(slot, releases->slot))
        return no_name(error);
    if (ef_deployment_open(&deployment, releases->base, releases->slot, true, error) != EF_OK)
        return error->status;
    releases->size = size;
    memcpy(releases->sha256, sha256, sizeof releases->sha256);
    ef_deployment_linked(&deployment, "current", current);
    *upload = EF_UPLOAD_SEND;
    while (*upload == EF_UPLOAD_SEND &&
           ef_folder_next(deployment.releases, after, false, ef_deployment_is_release, name)) {
        memcpy(after, name, sizeof after);
        if (is_same(releases, &deployment, name))
            *upload = strcmp(name, current) == 0 ? EF_UPLOAD_ACTIVE : EF_UPLOAD_COMMITTED;
    }
    enum ef_status status = EF_OK;
    if (*upload != EF_UPLOAD_SEND) {
        *offset = size;
        remember(releases, releases->slot, name);
        model_path(releases, releases->slot, name, path);
    } else {
        status = make_room(releases, &deployment, offset, error);
        part_name(releases, "", name);
        (void)snprintf(path, EF_RELEASES_PATH_BYTES + 1u, "%s/%s/incoming/%.*s", releases->path, releases->slot,
                       (int)PART_BYTES, name);
    }
    ef_deployment_close(&deployment);
    return status;
}

static enum ef_status append(const struct ef_releases *releases, const struct ef_deployment *deployment,
                             const uint8_t *data, size_t size, struct ef_error *error) {
    char part[EF_FOLDER_NAME_BYTES + 1u];
    off_t at = (off_t)releases->offset;
    part_name(releases, "", part);
    int file = openat(deployment->incoming, part, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0)
        return ef_refusal_errno(error, part);
    enum ef_status status = EF_OK;
    while (status == EF_OK && size > 0u) {
        ssize_t count = pwrite(file, data, size, at);
        if (count <= 0) {
            status = ef_refusal_errno(error, part);
            break;
        }
        data += count;
        at += count;
        size -= (size_t)count;
    }
    (void)close(file);
    return status;
}

enum ef_status ef_releases_store(struct ef_releases *releases, uint32_t offset, const uint8_t *data, size_t size,
                                 uint32_t *next, struct ef_error *error) {
    struct ef_deployment deployment;
    if (releases->offset < 0)
        return ef_refusal_say(error, EF_BAD_STATE, "no upload has begun");
    if (offset != releases->offset) /* the host reads the number */
        return ef_refusal_say(error, EF_BAD_OFFSET, "%lld", (long long)releases->offset);
    if (size > releases->size - offset)
        return ef_refusal_say(error, EF_TOO_LARGE, "the announced size is %lu", (unsigned long)releases->size);
    if (ef_deployment_open(&deployment, releases->base, releases->slot, false, error) != EF_OK)
        return error->status;
    enum ef_status status = append(releases, &deployment, data, size, error);
    ef_deployment_close(&deployment);
    if (status != EF_OK)
        return status;
    releases->offset += (int64_t)size;
    *next = (uint32_t)releases->offset;
    return EF_OK;
}

/* What was uploaded is what was announced; if not, it goes. */
static enum ef_status check_part(struct ef_releases *releases, const struct ef_deployment *deployment,
                                 struct ef_error *error) {
    uint8_t digest[EF_SHA256_BYTES];
    char part[EF_FOLDER_NAME_BYTES + 1u];
    part_name(releases, "", part);
    int64_t found = ef_folder_size(deployment->incoming, part);
    if (found < 0)
        return ef_refusal_say(error, EF_NOT_FOUND, "nothing was uploaded");
    if (found == (int64_t)releases->size) {
        if (!ef_folder_digest(deployment->incoming, part, &releases->beat, digest))
            return ef_refusal_errno(error, part);
        if (memcmp(digest, releases->sha256, sizeof digest) == 0)
            return EF_OK;
    }
    (void)ef_folder_remove(deployment->incoming, part);
    releases->offset = -1;
    return ef_refusal_say(error, EF_BAD_CHECKSUM, "%lld of %lu bytes arrived, or not the announced ones",
                          (long long)found, (unsigned long)releases->size);
}

/* The manifest beside it speaks of it, and where keys are pinned one of them has signed it; if not, they go. */
static enum ef_status check_manifest(struct ef_releases *releases, const struct ef_deployment *deployment,
                                     struct ef_error *error) {
    char part[EF_FOLDER_NAME_BYTES + 1u], digits[2u * EF_SHA256_BYTES + 1u];
    size_t size;
    part_name(releases, LIBRARY, part);
    if (ef_folder_has(deployment->incoming, part)) {
        (void)ef_folder_remove(deployment->incoming, part);
        return ef_refusal_say(error, EF_UNSUPPORTED_OPTION, "no libraries are loaded here");
    }
    part_name(releases, ".json", part);
    enum ef_status found = ef_trust_read(&releases->trust, deployment->incoming, part, &size);
    ef_folder_hex(releases->sha256, digits);
    const struct ef_manifest_file *model = found == EF_OK ? ef_manifest_find(&releases->trust.manifest, MODEL) : NULL;
    if (found != EF_NOT_FOUND && (!model || !ef_manifest_has_digest(model, digits))) {
        (void)ef_folder_remove(deployment->incoming, part);
        return ef_refusal_say(error, EF_BAD_REQUEST, "the manifest: %s", found == EF_OK ? "another model" : "damaged");
    }
    part_name(releases, ".json.sig", part);
    enum ef_status status = ef_trust_signed(&releases->trust, releases->base, found == EF_OK, size,
                                            deployment->incoming, part, error);
    if (status != EF_OK) {
        part_name(releases, "", part); /* may stay: its digest holds, and it is not used */
        (void)ef_deployment_clear(deployment, part);
    }
    return status;
}

/* Put a new release together in incoming/, then let it appear among the releases. */
static bool lay_down(const struct ef_releases *releases, const struct ef_deployment *deployment, const char *name) {
    static const char *const files[][2] = {
        {"", MODEL}, {".json", EF_TRUST_MANIFEST}, {".json.sig", EF_TRUST_SIGNATURE}};
    char part[EF_FOLDER_NAME_BYTES + 1u];
    int folder = ef_folder_make(deployment->incoming, name);
    bool done = folder >= 0;
    for (size_t i = 0; done && i < sizeof files / sizeof files[0]; i++) {
        part_name(releases, files[i][0], part);
        if (ef_folder_has(deployment->incoming, part))
            done = ef_folder_seal(deployment->incoming, part) &&
                   renameat(deployment->incoming, part, folder, files[i][1]) == 0;
    }
    done = done && ef_folder_sync(folder) && renameat(deployment->incoming, name, deployment->releases, name) == 0 &&
           ef_folder_sync(deployment->releases);
    int why = errno;
    if (folder >= 0)
        (void)close(folder);
    errno = why;
    return done;
}

enum ef_status ef_releases_commit(struct ef_releases *releases, char *name, char *path, struct ef_error *error) {
    struct ef_deployment deployment;
    if (releases->offset < 0)
        return ef_refusal_say(error, EF_BAD_STATE, "no upload has begun");
    if (ef_deployment_open(&deployment, releases->base, releases->slot, false, error) != EF_OK)
        return error->status;
    enum ef_status status = check_part(releases, &deployment, error);
    if (status == EF_OK)
        status = check_manifest(releases, &deployment, error);
    if (status == EF_OK) {
        ef_deployment_new_name(&deployment, releases->sha256, name);
        if (!lay_down(releases, &deployment, name))
            status = ef_refusal_errno(error, name);
    }
    if (status == EF_OK) {
        releases->offset = -1;
        remember(releases, releases->slot, name);
        (void)ef_deployment_clear(&deployment, "");
        ef_deployment_log(&deployment, "commit", name);
        model_path(releases, releases->slot, name, path);
    }
    ef_deployment_close(&deployment);
    return status;
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
                                    ef_releases_try run, void *context, char *name, char *previous,
                                    struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u], wanted[EF_FOLDER_NAME_BYTES + 1u], current[EF_RELEASES_NAME_BYTES + 1u];
    if (!ef_deployment_name(slot, chosen))
        return no_name(error);
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
    if (status == EF_OK && strcmp(current, wanted) != 0) {
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

enum ef_status ef_releases_open(struct ef_releases *releases, struct ef_span slot, int *file, struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u], current[EF_RELEASES_NAME_BYTES + 1u];
    if (!ef_deployment_name(slot, chosen))
        return no_name(error);
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

static bool can_be_slot(const char *name) {
    char copy[EF_RELEASES_SLOT_BYTES + 1u];
    struct ef_span span = {(const uint8_t *)name, strlen(name)};
    return ef_deployment_name(span, copy);
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
    if (!ef_deployment_name(slot, chosen))
        return no_name(error);
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
