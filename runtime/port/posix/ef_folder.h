/* Files and folders relative to an open folder, never through a link and never by a shell. Names are single names. */
#ifndef EF_FOLDER_H
#define EF_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ef_sha256.h"

#define EF_FOLDER_NAME_BYTES 255u

/* Told now and then that long work still goes on. */
struct ef_beat {
    void (*beat)(void *context);
    void *context;
};

/* Descriptors; -1 with errno where there is no such folder or file. `make` makes a folder that is missing. */
int ef_folder_open(int folder, const char *name);
int ef_folder_make(int folder, const char *name);
int ef_folder_file(int folder, const char *name);

bool ef_folder_has(int folder, const char *name);

/* Size of a plain file; -1 where there is none. */
int64_t ef_folder_size(int folder, const char *name);

/* SHA-256 of an open file from its begin, or of a file by name; false when it cannot be read. */
bool ef_folder_hash(int file, const struct ef_beat *beat, uint8_t digest[EF_SHA256_BYTES]);
bool ef_folder_digest(int folder, const char *name, const struct ef_beat *beat, uint8_t digest[EF_SHA256_BYTES]);

/* Read a whole plain file; -1 where there is none, or it has more than `capacity` bytes. */
ssize_t ef_folder_read(int folder, const char *name, void *data, size_t capacity);

/* Write a file beside its place, onto the disk, and rename it there. */
bool ef_folder_write(int folder, const char *name, const void *data, size_t size);

/* Make a file read-only and sure to be on the disk. */
bool ef_folder_seal(int folder, const char *name);

/* Have the link `name` point to `target` by one rename. */
bool ef_folder_point(int folder, const char *name, const char *target);

/* Make what was renamed inside a folder survive a power cut. */
bool ef_folder_sync(int folder);

/* Delete a file, a link, or a folder with all that is in it; what is not there is deleted. */
bool ef_folder_remove(int folder, const char *name);

/* The names that `takes` takes, in order: the first one behind `after`, the last one before it with `down`; "" begins.
 * False at the end. A name has room for EF_FOLDER_NAME_BYTES and a terminator. */
bool ef_folder_next(int folder, const char *after, bool down, bool (*takes)(const char *name), char *name);

/* 64 hex digits and a terminator. */
void ef_folder_hex(const uint8_t digest[EF_SHA256_BYTES], char text[2u * EF_SHA256_BYTES + 1u]);

#endif /* EF_FOLDER_H */
