/* One pass over the text. Members that this program does not know are passed over, whatever they hold. */
#include "ef_manifest.h"

#include <string.h>

/* Take a string that may be there once. */
static bool once(struct ef_json_text *text, struct ef_json_item item, bool *seen) {
    if (*seen || item.kind != EF_JSON_STRING || item.text.escaped)
        return false;
    *seen = true;
    *text = item.text;
    return true;
}

/* One object of the list, behind its brace. */
static bool read_file(struct ef_json *json, struct ef_manifest_file *file) {
    bool have_path = false, have_sha256 = false;
    for (;;) {
        struct ef_json_item item = ef_json_next(json);
        if (item.kind == EF_JSON_DAMAGED)
            return false;
        if (item.kind == EF_JSON_CLOSE && item.depth == 2u)
            return have_path && have_sha256 && file->sha256.size == EF_MANIFEST_SHA256_DIGITS;
        if (item.depth != 3u || item.kind == EF_JSON_CLOSE)
            continue;
        if (ef_json_is(item.key, "path") && !once(&file->path, item, &have_path))
            return false;
        if (ef_json_is(item.key, "sha256") && !once(&file->sha256, item, &have_sha256))
            return false;
        if (ef_json_is(item.key, "executable"))
            file->executable = item.kind == EF_JSON_OTHER && ef_json_is(item.text, "true");
    }
}

static bool read_files(struct ef_json *json, struct ef_manifest *manifest) {
    for (;;) {
        struct ef_json_item item = ef_json_next(json);
        if (item.kind == EF_JSON_CLOSE)
            return true;
        if (item.kind != EF_JSON_OBJECT || manifest->count == EF_MANIFEST_FILES ||
            !read_file(json, &manifest->file[manifest->count]))
            return false;
        manifest->count++;
    }
}

bool ef_manifest_read(struct ef_manifest *manifest, const char *text, size_t size) {
    struct ef_json json;
    bool have_name = false, have_files = false;
    memset(manifest, 0, sizeof *manifest);
    manifest->name.data = "";
    if (size > EF_MANIFEST_BYTES)
        return false;
    ef_json_begin(&json, text, size);
    if (ef_json_next(&json).kind != EF_JSON_OBJECT)
        return false;
    for (;;) {
        struct ef_json_item item = ef_json_next(&json);
        if (item.kind == EF_JSON_DAMAGED)
            return false;
        if (item.kind == EF_JSON_END)
            return have_files;
        if (item.depth != 1u || item.kind == EF_JSON_CLOSE)
            continue;
        if (ef_json_is(item.key, "name") && !once(&manifest->name, item, &have_name))
            return false;
        if (ef_json_is(item.key, "entry") || ef_json_is(item.key, "up_s"))
            manifest->starts = manifest->starts || item.kind != EF_JSON_OTHER || !ef_json_is(item.text, "null");
        if (ef_json_is(item.key, "files")) {
            if (have_files || item.kind != EF_JSON_ARRAY || !read_files(&json, manifest))
                return false;
            have_files = true;
        }
    }
}

static int compare(struct ef_json_text a, struct ef_json_text b) {
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* The entry that comes after `before` by path, NULL for the first; paths that are there twice count once. */
static const struct ef_manifest_file *following(const struct ef_manifest *manifest,
                                                const struct ef_manifest_file *before) {
    const struct ef_manifest_file *next = NULL;
    for (unsigned i = 0; i < manifest->count; i++) {
        const struct ef_manifest_file *file = &manifest->file[i];
        if ((!before || compare(file->path, before->path) > 0) && (!next || compare(file->path, next->path) < 0))
            next = file;
    }
    return next;
}

static void add(struct ef_sha256 *sha, const char *text, size_t size) {
    ef_sha256_add(sha, (const uint8_t *)text, size);
}

void ef_manifest_identity(const struct ef_manifest *manifest, uint8_t identity[EF_SHA256_BYTES]) {
    static const char end[] = "], null, null]";
    const struct ef_manifest_file *file = NULL;
    struct ef_sha256 sha;
    ef_sha256_begin(&sha);
    add(&sha, "[[", 2);
    for (bool first = true; (file = following(manifest, file)) != NULL; first = false) {
        add(&sha, first ? "[\"" : ", [\"", first ? 2 : 4);
        add(&sha, file->path.data, file->path.size);
        add(&sha, "\", \"", 4);
        add(&sha, file->sha256.data, file->sha256.size);
        add(&sha, file->executable ? "\", true]" : "\", false]", file->executable ? 8 : 9);
    }
    add(&sha, end, sizeof end - 1u);
    ef_sha256_end(&sha, identity);
}

const struct ef_manifest_file *ef_manifest_find(const struct ef_manifest *manifest, const char *path) {
    const struct ef_manifest_file *found = NULL;
    for (unsigned i = 0; i < manifest->count; i++) {
        if (!ef_json_is(manifest->file[i].path, path))
            continue;
        if (found)
            return NULL;
        found = &manifest->file[i];
    }
    return found;
}

bool ef_manifest_has_digest(const struct ef_manifest_file *file, const char *digits) {
    return ef_json_is(file->sha256, digits);
}
