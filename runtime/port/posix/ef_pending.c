/* The state is a small file, replaced by rename. */
#define _POSIX_C_SOURCE 200809L
#include "ef_pending.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define STATE "state.json"
#define STATE_BYTES 4096u
#define NULL_OR_NAME_BYTES (EF_RELEASES_NAME_BYTES + 3u)
#define MARGIN_S 180u /* beyond what a trial may take */

/* A release's name, or nothing for null. */
static bool name_of(struct ef_json_item item, char name[EF_RELEASES_NAME_BYTES + 1u]) {
    name[0] = '\0';
    if (item.kind == EF_JSON_OTHER)
        return true;
    if (item.kind != EF_JSON_STRING || item.text.escaped || item.text.size != EF_RELEASES_NAME_BYTES)
        return false;
    memcpy(name, item.text.data, EF_RELEASES_NAME_BYTES);
    name[EF_RELEASES_NAME_BYTES] = '\0';
    return ef_deployment_is_release(name);
}

bool ef_pending_read(const struct ef_deployment *deployment, struct ef_pending *pending) {
    char text[STATE_BYTES];
    struct ef_json json;
    bool is_pending = false, sound = true;
    ssize_t size = ef_folder_read(deployment->folder, STATE, text, sizeof text);
    memset(pending, 0, sizeof *pending);
    if (size < 0)
        return false;
    ef_json_begin(&json, text, (size_t)size);
    for (;;) {
        struct ef_json_item item = ef_json_next(&json);
        if (item.kind == EF_JSON_DAMAGED || item.kind == EF_JSON_END)
            return item.kind == EF_JSON_END && is_pending && sound && pending->release[0] != '\0';
        if (item.depth == 1u && ef_json_is(item.key, "state"))
            is_pending = ef_json_is(item.text, "pending");
        if (item.depth == 1u && ef_json_is(item.key, "release"))
            sound = name_of(item, pending->release) && sound;
        if (item.depth == 2u && ef_json_is(item.key, "current"))
            sound = name_of(item, pending->current) && sound;
        if (item.depth == 2u && ef_json_is(item.key, "previous"))
            sound = name_of(item, pending->previous) && sound;
    }
}

static void quoted(const char *name, char text[NULL_OR_NAME_BYTES]) {
    if (name[0] == '\0')
        memcpy(text, "null", 5);
    else
        (void)snprintf(text, NULL_OR_NAME_BYTES, "\"%.*s\"", (int)EF_RELEASES_NAME_BYTES, name);
}

static bool write_good(const struct ef_deployment *deployment, const char *release) {
    char text[160];
    int size = snprintf(text, sizeof text, "{\"state\": \"good\", \"release\": \"%s\"}\n", release);
    return ef_folder_write(deployment->folder, STATE, text, (size_t)size);
}

bool ef_pending_begin(const struct ef_deployment *deployment, const char *release, uint32_t hold_s) {
    char current[EF_RELEASES_NAME_BYTES + 1u], previous[EF_RELEASES_NAME_BYTES + 1u], text[320];
    char shown[2][NULL_OR_NAME_BYTES];
    ef_deployment_linked(deployment, "current", current);
    ef_deployment_linked(deployment, "previous", previous);
    quoted(current, shown[0]);
    quoted(previous, shown[1]);
    int size = snprintf(text, sizeof text,
                        "{\"state\": \"pending\", \"release\": \"%s\", \"tries\": 0, \"until\": %lld.0, "
                        "\"before\": {\"current\": %s, \"previous\": %s}}\n",
                        release, (long long)time(NULL) + hold_s + MARGIN_S, shown[0], shown[1]);
    if (!ef_folder_write(deployment->folder, STATE, text, (size_t)size) || !ef_deployment_switch(deployment, release))
        return false;
    ef_deployment_log(deployment, "activate", release);
    return true;
}

bool ef_pending_accept(const struct ef_deployment *deployment) {
    char current[EF_RELEASES_NAME_BYTES + 1u];
    ef_deployment_linked(deployment, "current", current);
    if (!write_good(deployment, current))
        return false;
    ef_deployment_log(deployment, "accept", current);
    return true;
}

bool ef_pending_back(const struct ef_deployment *deployment) {
    struct ef_pending before;
    if (!ef_pending_read(deployment, &before))
        return true;
    if (!ef_deployment_point(deployment, "current", before.current) ||
        !ef_deployment_point(deployment, "previous", before.previous) || !write_good(deployment, before.current))
        return false;
    ef_deployment_log(deployment, "return", before.current);
    return true;
}
