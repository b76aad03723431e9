/* See ../../README.md. */
#ifndef PICO_STDLIB_H
#define PICO_STDLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../line.h"

#define PICO_ERROR_TIMEOUT (-1)
#define PICO_FLASH_SIZE_BYTES (2 * 1024 * 1024)

static inline bool stdio_init_all(void) { return true; }
static inline void stdio_flush(void) {}
static inline int getchar_timeout_us(uint32_t timeout_us) {
    int byte = line_byte((int)((timeout_us + 999u) / 1000u));
    return byte < 0 ? PICO_ERROR_TIMEOUT : byte;
}
static inline int stdio_put_string(const char *text, int size, bool newline, bool cr_translation) {
    if (newline || cr_translation)
        exit(70);
    line_write(text, (size_t)size);
    return size;
}
static inline uint64_t time_us_64(void) { return line_us(); }

#endif
