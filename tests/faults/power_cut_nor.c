/* Put around ef_nor_erase and ef_nor_program by the linker (--wrap): at one step of the flash the power goes.
 *
 * POWER_CUT="erase STEP WAY SEED" in the environment, or "programming …": after STEP whole ones the next is done not at
 * all (way 0), by half (1), for bits by chance (2) or whole (3), and the process ends there. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ef_nor.h"

bool __real_ef_nor_erase(void *context, uint32_t offset);
bool __real_ef_nor_program(void *context, uint32_t offset, const uint8_t *data, size_t size);
bool __wrap_ef_nor_erase(void *context, uint32_t offset);
bool __wrap_ef_nor_program(void *context, uint32_t offset, const uint8_t *data, size_t size);

static unsigned way, seed;

static uint8_t draw(void) {
    seed = seed * 1664525u + 1013904223u;
    return (uint8_t)(seed >> 16);
}

/* Whether the power goes in this step, which is an `e`rase or `p`rogramming. */
static bool cut(char step) {
    static long left = -1;
    static char kind[16];
    if (kind[0] == '\0') {
        const char *told = getenv("POWER_CUT");
        kind[0] = '-';
        if (told && sscanf(told, "%15s %ld %u %u", kind, &left, &way, &seed) != 4)
            (void)raise(SIGABRT);
    }
    return kind[0] == step && left >= 0 && left-- == 0;
}

static void dark(void) {
    (void)raise(SIGKILL);
}

bool __wrap_ef_nor_erase(void *context, uint32_t offset) {
    const struct ef_nor *nor = context;
    if (!cut('e'))
        return __real_ef_nor_erase(context, offset);
    for (uint32_t i = 0; i < nor->sector_bytes; i++) {
        if (way == 3u || (way == 1u && i < nor->sector_bytes / 2u))
            nor->data[offset + i] = 0xFF;
        else if (way == 2u)
            nor->data[offset + i] |= draw();
    }
    dark();
    return false;
}

bool __wrap_ef_nor_program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    struct ef_nor *nor = context;
    if (!cut('p'))
        return __real_ef_nor_program(context, offset, data, size);
    for (size_t i = 0; i < size; i++) {
        if (way == 3u || (way == 1u && i < size / 2u))
            nor->data[offset + i] &= data[i];
        else if (way == 2u)
            nor->data[offset + i] &= (uint8_t)(data[i] | draw());
    }
    dark();
    return false;
}
