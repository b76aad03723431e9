/* Links are relative and switched by rename; half a release is never among the releases. */
#define _POSIX_C_SOURCE 200809L
#include "ef_deployment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ef_pending.h"

#define KEPT_RELEASES 5u
#define RELEASES "releases"
#define TARGET_BYTES (sizeof RELEASES + EF_RELEASES_NAME_BYTES)

static const char *const reserved[] = {"agent", "cache", "io", "litert", "python", "venv"};

bool ef_deployment_name(struct ef_span slot, char *copy) {
    if (slot.size == 0u || slot.size > EF_RELEASES_SLOT_BYTES || slot.data[0] == '.')
        return false;
    for (size_t i = 0; i < slot.size; i++)
        if (slot.data[i] == '\0' || !strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", slot.data[i]))
            return false;
    memcpy(copy, slot.data, slot.size);
    copy[slot.size] = '\0';
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(copy, reserved[i]) == 0)
            return false;
    return true;
}

enum ef_status ef_deployment_named(struct ef_span slot, char *copy, struct ef_error *error) {
    if (ef_deployment_name(slot, copy))
        return EF_OK;
    return ef_refusal_say(error, EF_BAD_REQUEST,
                          "a name has 1 to 64 of a-z 0-9 . _ - and does not start with a dot");
}

bool ef_deployment_is_release(const char *name) {
    static const char form[] = "dddddddd" "T" "dddddd" "Z-" "xxxxxxxx";
    if (strlen(name) != EF_RELEASES_NAME_BYTES)
        return false;
    for (size_t i = 0; i < EF_RELEASES_NAME_BYTES; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9', letter = name[i] >= 'a' && name[i] <= 'f';
        if (form[i] == 'd' ? !digit : form[i] == 'x' ? !digit && !letter : name[i] != form[i])
            return false;
    }
    return true;
}

enum ef_status ef_deployment_open(struct ef_deployment *deployment, int base, const char *name, bool make,
                                  struct ef_error *error) {
    int (*open_folder)(int, const char *) = make ? ef_folder_make : ef_folder_open;
    deployment->name = name;
    deployment->releases = deployment->incoming = -1;
    deployment->folder = open_folder(base, name);
    if (deployment->folder >= 0)
        deployment->releases = open_folder(deployment->folder, RELEASES);
    if (deployment->releases >= 0)
        deployment->incoming = open_folder(deployment->folder, "incoming");
    if (deployment->incoming >= 0)
        return EF_OK;
    bool missing = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
    const char *part = deployment->folder < 0 ? name : deployment->releases < 0 ? RELEASES : "incoming";
    if (!missing)
        (void)ef_refusal_errno(error, part);
    else if (deployment->folder < 0)
        (void)ef_refusal_say(error, EF_NOT_FOUND, "%s is not deployed here", name);
    else
        (void)ef_refusal_say(error, EF_NOT_FOUND, "no folder %s/%s", name, part);
    ef_deployment_close(deployment);
    return error->status;
}

static void close_one(int *folder) {
    if (*folder >= 0)
        (void)close(*folder);
    *folder = -1;
}

void ef_deployment_close(struct ef_deployment *deployment) {
    close_one(&deployment->incoming);
    close_one(&deployment->releases);
    close_one(&deployment->folder);
}

void ef_deployment_linked(const struct ef_deployment *deployment, const char *link, char *release) {
    char target[TARGET_BYTES + 1u];
    ssize_t size = readlinkat(deployment->folder, link, target, sizeof target);
    release[0] = '\0';
    if (size != (ssize_t)TARGET_BYTES)
        return;
    target[size] = '\0';
    if (strncmp(target, RELEASES "/", sizeof RELEASES) == 0 && ef_deployment_is_release(target + sizeof RELEASES))
        memcpy(release, target + sizeof RELEASES, EF_RELEASES_NAME_BYTES + 1u);
}

bool ef_deployment_point(const struct ef_deployment *deployment, const char *link, const char *release) {
    char target[TARGET_BYTES + 1u];
    if (release[0] == '\0')
        return ef_folder_remove(deployment->folder, link) && ef_folder_sync(deployment->folder);
    (void)snprintf(target, sizeof target, RELEASES "/%.*s", (int)EF_RELEASES_NAME_BYTES, release);
    return ef_folder_point(deployment->folder, link, target);
}

bool ef_deployment_switch(const struct ef_deployment *deployment, const char *release) {
    char current[EF_RELEASES_NAME_BYTES + 1u];
    ef_deployment_linked(deployment, "current", current);
    bool other = current[0] != '\0' && strcmp(current, release) != 0;
    return (!other || ef_deployment_point(deployment, "previous", current)) &&
           ef_deployment_point(deployment, "current", release);
}

/* The time in UTC as strftime's `form` has it. */
static void tell_time(time_t now, const char *form, char *text, size_t room) {
    struct tm parts;
    memset(&parts, 0, sizeof parts);
    (void)gmtime_r(&now, &parts);
    if (strftime(text, room, form, &parts) == 0u)
        text[0] = '\0';
}

void ef_deployment_new_name(const struct ef_deployment *deployment, const uint8_t *sha256, char *release) {
    char digits[2u * EF_SHA256_BYTES + 1u], when[32];
    time_t now = time(NULL);
    ef_folder_hex(sha256, digits);
    do {
        tell_time(now++, "%Y%m%dT%H%M%SZ", when, sizeof when);
        (void)snprintf(release, EF_RELEASES_NAME_BYTES + 1u, "%.16s-%.8s", when, digits);
    } while (ef_folder_has(deployment->releases, release));
}

static bool any(const char *name) {
    (void)name;
    return true;
}

bool ef_deployment_clear(const struct ef_deployment *deployment, const char *keep) {
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    while (ef_folder_next(deployment->incoming, after, false, any, name)) {
        if (strcmp(name, keep) != 0 && !ef_folder_remove(deployment->incoming, name))
            return false;
        memcpy(after, name, sizeof after);
    }
    return true;
}

bool ef_deployment_prune(const struct ef_deployment *deployment) {
    char name[EF_FOLDER_NAME_BYTES + 1u], after[EF_FOLDER_NAME_BYTES + 1u] = "";
    char current[EF_RELEASES_NAME_BYTES + 1u], previous[EF_RELEASES_NAME_BYTES + 1u];
    struct ef_pending before;
    unsigned count = 0;
    bool waits = ef_pending_read(deployment, &before);
    ef_deployment_linked(deployment, "current", current);
    ef_deployment_linked(deployment, "previous", previous);
    while (ef_folder_next(deployment->releases, after, false, ef_deployment_is_release, name)) {
        memcpy(after, name, sizeof after);
        count++;
    }
    after[0] = '\0';
    for (; count > KEPT_RELEASES; count--) {
        if (!ef_folder_next(deployment->releases, after, false, ef_deployment_is_release, name))
            break;
        memcpy(after, name, sizeof after);
        bool used = strcmp(name, current) == 0 || strcmp(name, previous) == 0;
        if (used || (waits && (strcmp(name, before.current) == 0 || strcmp(name, before.previous) == 0)))
            continue;
        if (renameat(deployment->releases, name, deployment->incoming, name) != 0 ||
            !ef_folder_remove(deployment->incoming, name))
            return false;
    }
    return true;
}

void ef_deployment_log(const struct ef_deployment *deployment, const char *event, const char *release) {
    char when[32], line[160];
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
    int file = openat(deployment->folder, "log.jsonl", flags, 0644);
    if (file < 0)
        return;
    tell_time(time(NULL), "%Y-%m-%dT%H:%M:%SZ", when, sizeof when);
    int size = snprintf(line, sizeof line, "{\"time\": \"%s\", \"event\": \"%s\", \"release\": \"%s\"}\n", when, event,
                        release);
    if (size > 0 && write(file, line, (size_t)size) != size)
        (void)fprintf(stderr, "notice: log.jsonl was not written whole\n");
    (void)close(file);
}
