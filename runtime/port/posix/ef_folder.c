/* openat and its kin. Whoever may write below the folder may race with this; a link that appears leads nowhere. */
#define _POSIX_C_SOURCE 200809L
#include "ef_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536u
#define BLOCKS_A_BEAT 16u
#define DEPTH_MAX 64u

int ef_folder_open(int folder, const char *name) {
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int ef_folder_make(int folder, const char *name) {
    if (mkdirat(folder, name, 0777) != 0 && errno != EEXIST)
        return -1;
    return ef_folder_open(folder, name);
}

int ef_folder_file(int folder, const char *name) {
    struct stat found;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && (fstat(file, &found) != 0 || !S_ISREG(found.st_mode))) {
        (void)close(file);
        errno = EINVAL;
        return -1;
    }
    return file;
}

bool ef_folder_has(int folder, const char *name) {
    struct stat found;
    return fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

int64_t ef_folder_size(int folder, const char *name) {
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(found.st_mode))
        return -1;
    return (int64_t)found.st_size;
}

bool ef_folder_hash(int file, const struct ef_beat *beat, uint8_t digest[EF_SHA256_BYTES]) {
    static uint8_t block[BLOCK_BYTES];
    struct ef_sha256 sha;
    off_t at = 0;
    ssize_t count;
    ef_sha256_begin(&sha);
    for (unsigned blocks = 0; (count = pread(file, block, sizeof block, at)) > 0; blocks++) {
        ef_sha256_add(&sha, block, (size_t)count);
        at += count;
        if (blocks % BLOCKS_A_BEAT == BLOCKS_A_BEAT - 1u)
            beat->beat(beat->context);
    }
    ef_sha256_end(&sha, digest);
    return count == 0;
}

bool ef_folder_digest(int folder, const char *name, const struct ef_beat *beat, uint8_t digest[EF_SHA256_BYTES]) {
    int file = ef_folder_file(folder, name);
    if (file < 0)
        return false;
    bool done = ef_folder_hash(file, beat, digest);
    (void)close(file);
    return done;
}

ssize_t ef_folder_read(int folder, const char *name, void *data, size_t capacity) {
    uint8_t *at = data, more;
    size_t used = 0;
    ssize_t count;
    int file = ef_folder_file(folder, name);
    if (file < 0)
        return -1;
    while (used < capacity && (count = read(file, at + used, capacity - used)) > 0)
        used += (size_t)count;
    count = read(file, &more, 1);
    (void)close(file);
    if (count != 0)
        errno = count > 0 ? EFBIG : errno;
    return count == 0 ? (ssize_t)used : -1;
}

static bool write_all(int file, const uint8_t *data, size_t size) {
    while (size > 0u) {
        ssize_t count = write(file, data, size);
        if (count <= 0)
            return false;
        data += count;
        size -= (size_t)count;
    }
    return true;
}

/* `name`.new; false where that is too long. */
static bool beside(const char *name, char fresh[EF_FOLDER_NAME_BYTES + 1u]) {
    int size = snprintf(fresh, EF_FOLDER_NAME_BYTES + 1u, "%s.new", name);
    return size > 0 && size <= (int)EF_FOLDER_NAME_BYTES;
}

bool ef_folder_write(int folder, const char *name, const void *data, size_t size) {
    char fresh[EF_FOLDER_NAME_BYTES + 1u];
    if (!beside(name, fresh))
        return false;
    int file = openat(folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0)
        return false;
    bool done = write_all(file, data, size) && fsync(file) == 0;
    int why = errno;
    (void)close(file);
    if (done && renameat(folder, fresh, folder, name) == 0)
        return ef_folder_sync(folder);
    why = done ? errno : why;
    (void)unlinkat(folder, fresh, 0);
    errno = why;
    return false;
}

bool ef_folder_seal(int folder, const char *name) {
    int file = ef_folder_file(folder, name);
    if (file < 0)
        return false;
    bool done = fchmod(file, 0444) == 0 && fsync(file) == 0;
    int why = errno;
    (void)close(file);
    errno = why;
    return done;
}

bool ef_folder_point(int folder, const char *name, const char *target) {
    char fresh[EF_FOLDER_NAME_BYTES + 1u];
    if (!beside(name, fresh) || (unlinkat(folder, fresh, 0) != 0 && errno != ENOENT))
        return false;
    return symlinkat(target, folder, fresh) == 0 && renameat(folder, fresh, folder, name) == 0 &&
           ef_folder_sync(folder);
}

bool ef_folder_sync(int folder) {
    return fsync(folder) == 0;
}

static bool is_dots(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A stream over a folder, whose descriptor stays as it is. */
static DIR *stream_of(int folder) {
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
    if (!stream && copy >= 0)
        (void)close(copy);
    return stream;
}

static bool is_gone(int folder, const char *name) {
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT || unlinkat(folder, name, AT_REMOVEDIR) == 0;
}

/* Delete what can be deleted in a folder. Returns whether something stays, and the name of the last of it. */
static bool clear(int folder, char rest[EF_FOLDER_NAME_BYTES + 1u]) {
    DIR *stream = stream_of(folder);
    struct dirent *entry;
    bool stays = false;
    while (stream && (entry = readdir(stream)) != NULL) {
        if (is_dots(entry->d_name) || strlen(entry->d_name) > EF_FOLDER_NAME_BYTES || is_gone(folder, entry->d_name))
            continue;
        strcpy(rest, entry->d_name);
        stays = true;
    }
    if (stream)
        (void)closedir(stream);
    return stays;
}

/* Delete the files of a folder, or of one folder in it that is not empty, and so on: one branch down to its end. */
static bool clear_branch(int folder, const char *name) {
    char at[EF_FOLDER_NAME_BYTES + 1u];
    int inner = ef_folder_open(folder, name);
    for (unsigned depth = 0; inner >= 0 && depth < DEPTH_MAX; depth++) {
        if (!clear(inner, at)) {
            (void)close(inner);
            return true;
        }
        int next = ef_folder_open(inner, at);
        (void)close(inner);
        inner = next;
    }
    if (inner >= 0)
        (void)close(inner);
    return false;
}

bool ef_folder_remove(int folder, const char *name) {
    while (!is_gone(folder, name)) {
        int why = errno;
        if ((why != ENOTEMPTY && why != EEXIST) || !clear_branch(folder, name)) {
            errno = why;
            return false;
        }
    }
    return true;
}

bool ef_folder_next(int folder, const char *after, bool down, bool (*takes)(const char *name), char *name) {
    DIR *stream = stream_of(folder);
    struct dirent *entry;
    name[0] = '\0';
    while (stream && (entry = readdir(stream)) != NULL) {
        const char *found = entry->d_name;
        if (is_dots(found) || strlen(found) > EF_FOLDER_NAME_BYTES || !takes(found))
            continue;
        int beyond = strcmp(found, after), nearer = strcmp(found, name);
        if (*after != '\0' && (down ? beyond >= 0 : beyond <= 0))
            continue;
        if (name[0] == '\0' || (down ? nearer > 0 : nearer < 0))
            strcpy(name, found);
    }
    if (stream)
        (void)closedir(stream);
    return name[0] != '\0';
}

void ef_folder_hex(const uint8_t digest[EF_SHA256_BYTES], char text[2u * EF_SHA256_BYTES + 1u]) {
    static const char digit[] = "0123456789abcdef";
    for (unsigned i = 0; i < EF_SHA256_BYTES; i++) {
        text[2u * i] = digit[digest[i] >> 4];
        text[2u * i + 1u] = digit[digest[i] & 15u];
    }
    text[2u * EF_SHA256_BYTES] = '\0';
}
