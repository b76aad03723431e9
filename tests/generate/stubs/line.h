/* The serial line of all stubs: stdin and stdout. The program ends with its input. */
#ifndef STUB_LINE_H
#define STUB_LINE_H

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* One byte, or -1 when none has come within `wait_ms` (-1: for ever). */
static inline int line_byte(int wait_ms) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    unsigned char byte;
    if (poll(&input, 1, wait_ms) <= 0)
        return -1;
    if (read(STDIN_FILENO, &byte, 1) != 1)
        exit(0);
    return byte;
}

static inline void line_write(const void *data, size_t size) {
    const char *at = (const char *)data;
    while (size > 0) {
        ssize_t count = write(STDOUT_FILENO, at, size);
        if (count <= 0)
            exit(0);
        at += count;
        size -= (size_t)count;
    }
}

static inline uint64_t line_us(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* Flash in the file that STUB_FLASH names, which keeps it, else in memory. */
static inline uint8_t *line_flash(size_t size) {
    static uint8_t *flash;
    const char *path = getenv("STUB_FLASH");
    if (flash == NULL) {
        int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
        if (path && (file < 0 || ftruncate(file, (off_t)size) != 0))
            exit(72);
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, path ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, file, 0);
        if (memory == MAP_FAILED)
            exit(72);
        flash = (uint8_t *)memory;
    }
    return flash;
}

/* Erased bytes are 0xFF, programming clears bits; misuse ends the program with status 70. */
static inline void line_erase(uint8_t *flash, size_t size, size_t offset, size_t count, size_t sector) {
    if (offset % sector != 0 || count % sector != 0 || offset > size || count > size - offset)
        exit(70);
    for (size_t i = 0; i < count; i++)
        flash[offset + i] = 0xFF;
}

static inline void line_program(uint8_t *flash, size_t size, size_t offset, const uint8_t *data, size_t count,
                                size_t page) {
    if (offset % page != 0 || count % page != 0 || offset > size || count > size - offset)
        exit(70);
    for (size_t i = 0; i < count; i++)
        flash[offset + i] &= data[i];
}

#endif
