/* From bytes in incoming/ to a release that is whole, verified and read-only. */
#define _POSIX_C_SOURCE 200809L
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

enum ef_status ef_releases_expect(struct ef_releases *releases, struct ef_span slot, const uint8_t *identity,
                                  struct ef_error *error) {
    struct ef_deployment deployment;
    char chosen[EF_RELEASES_SLOT_BYTES + 1u];
    if (ef_deployment_named(slot, chosen, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, chosen, true, error) != EF_OK)
        return error->status;
    ef_deployment_close(&deployment);
    memcpy(releases->announced, chosen, sizeof releases->announced);
    memcpy(releases->identity, identity, sizeof releases->identity);
    return EF_OK;
}

/* Whether the manifest just read is that of the announced bundle; without one announced any is. */
static bool is_announced(const struct ef_releases *releases) {
    uint8_t identity[EF_SHA256_BYTES];
    if (releases->announced[0] == '\0')
        return true;
    ef_manifest_identity(&releases->trust.manifest, identity);
    return memcmp(identity, releases->identity, sizeof identity) == 0;
}

/* Whether a release with the same model is the announced bundle; without one announced only the model counts. */
static bool is_same_bundle(struct ef_releases *releases, int folder) {
    size_t size;
    return releases->announced[0] == '\0' ||
           (ef_trust_read(&releases->trust, folder, EF_TRUST_MANIFEST, &size) == EF_OK && is_announced(releases));
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
                memcmp(digest, releases->sha256, sizeof digest) == 0 && is_same_bundle(releases, folder) &&
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
    if (ef_deployment_named(slot, releases->slot, error) != EF_OK)
        return error->status;
    if (ef_deployment_open(&deployment, releases->base, releases->slot, true, error) != EF_OK)
        return error->status;
    if (strcmp(releases->announced, releases->slot) != 0)
        releases->announced[0] = '\0';
    releases->size = size;
    memcpy(releases->sha256, sha256, sizeof releases->sha256);
    ef_deployment_linked(&deployment, "current", current);
    *upload = EF_UPLOAD_SEND;
    while (*upload == EF_UPLOAD_SEND &&
           ef_folder_next(deployment.releases, after, true, ef_deployment_is_release, name)) {
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
    const char *why = NULL;
    if (found != EF_OK && found != EF_NOT_FOUND)
        why = "it is damaged";
    else if (found == EF_OK && (!model || !ef_manifest_has_digest(model, digits)))
        why = "another model";
    else if (found == EF_OK && releases->trust.manifest.starts)
        why = "no applications run here";
    else if (found == EF_OK && !is_announced(releases))
        why = "another bundle";
    if (why) {
        (void)ef_folder_remove(deployment->incoming, part);
        return ef_refusal_say(error, EF_BAD_REQUEST, "the manifest: %s", why);
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
