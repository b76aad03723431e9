/* The lock's file names who holds it and since when; flock says whether somebody still does. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE /* flock */
#include "ef_hold.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

int ef_hold(const char *path, const char *owner) {
    char text[160] = "", who[128] = "?";
    long long began = 0, now = (long long)time(NULL);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
        perror(path);
        return -1;
    }
    bool free = flock(file, LOCK_EX | LOCK_NB) == 0;
    ssize_t count = pread(file, text, sizeof text - 1u, 0);
    bool named = count > 0 && sscanf(text, "%127s %lld", who, &began) == 2;
    long long age = began > 0 && began < now ? now - began : 0;
    if (!free) {
        (void)fprintf(stderr, "busy %s %lld\n", who, age);
        exit(EF_HOLD_BUSY_STATUS);
    }
    if (named)
        (void)fprintf(stderr, "notice: took over the lock that %s left %lld s ago\n", who, age);
    int size = snprintf(text, sizeof text, "%.127s %lld\n", owner, now);
    if (ftruncate(file, 0) != 0 || pwrite(file, text, (size_t)size, 0) != size)
        perror(path);
    return file;
}
