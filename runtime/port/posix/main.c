/* The runner on a POSIX system: the link on stdin and stdout, talk on stderr.
 *
 *     runner [--arena BYTES] [--slots BYTES] [--payload BYTES] [--window N] [--flash FILE]
 *
 * Slots lie in RAM and are lost when it ends, with --flash in a file that keeps them: it follows the rules of flash
 * (erase by sector of 4096 to 0xFF, programming only clears bits), so that a board's slots can be tried here. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ef_frame.h"
#include "ef_link.h"
#include "ef_nor.h"

#define SECTOR_BYTES 4096u
#define SAMPLES 4096u
#define OPERATORS 2048u
#define PAYLOAD_MAX 65536u

static int32_t read_input(void *context, uint8_t *data, size_t capacity, bool wait) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)context;
    if (!wait && poll(&input, 1, 0) <= 0)
        return 0;
    ssize_t count = read(STDIN_FILENO, data, capacity);
    return count > 0 ? (int32_t)count : -1;
}

static bool write_output(void *context, const uint8_t *data, size_t size) {
    (void)context;
    while (size > 0u) {
        ssize_t count = write(STDOUT_FILENO, data, size);
        if (count <= 0)
            return false;
        data += count;
        size -= (size_t)count;
    }
    return true;
}

static uint64_t ticks(void *context) {
    struct timespec now;
    (void)context;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return 1000000000u;
}

/* Memory from a file of the right size, or from nowhere. NULL when it cannot be had. */
static uint8_t *map(const char *path, size_t size) {
    int file = -1, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (path) {
        struct stat found;
        flags = MAP_SHARED;
        file = open(path, O_RDWR | O_CREAT, 0600);
        if (file < 0 || fstat(file, &found) != 0 || (found.st_size < (off_t)size && ftruncate(file, (off_t)size) != 0))
            return NULL;
    }
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, file, 0);
    if (file >= 0)
        (void)close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

static uint32_t number(const char *text, uint32_t least, uint32_t most) {
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    if (*text == '\0' || *end != '\0' || value < least || value > most) {
        (void)fprintf(stderr, "runner: '%s' is not between %lu and %lu\n", text, (unsigned long)least,
                      (unsigned long)most);
        exit(2);
    }
    return (uint32_t)value;
}

int main(int argc, char **argv) {
    static uint8_t receive[EF_FRAME_STUFFED(PAYLOAD_MAX + EF_FRAME_OVERHEAD)];
    static uint8_t transmit[PAYLOAD_MAX + EF_FRAME_OVERHEAD];
    static uint64_t samples[SAMPLES], operator_ticks[OPERATORS];
    static struct ef_link link;
    static struct ef_nor nor;
    const char *flash = NULL;
    uint32_t payload = 4096, window = 4;
    struct ef_port port = {0};
    port.arena_bytes = 32u << 20;
    port.slots_bytes = 64u << 20;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--arena") == 0)
            port.arena_bytes = number(value, 1024, 1u << 30);
        else if (strcmp(argv[i], "--slots") == 0)
            port.slots_bytes = number(value, 8u * SECTOR_BYTES, 1u << 30) & ~(SECTOR_BYTES - 1u);
        else if (strcmp(argv[i], "--payload") == 0)
            payload = number(value, 128, PAYLOAD_MAX);
        else if (strcmp(argv[i], "--window") == 0)
            window = number(value, 1, 255);
        else if (strcmp(argv[i], "--flash") == 0 && *value != '\0')
            flash = value;
        else {
            (void)fprintf(stderr, "usage: runner [--arena BYTES] [--slots BYTES] [--payload BYTES] [--window N] "
                                  "[--flash FILE]\n");
            return 2;
        }
    }
    port.read = read_input;
    port.write = write_output;
    port.ticks = ticks;
    port.ticks_hz = ticks_hz;
    port.slots = map(flash, port.slots_bytes);
    port.arena = map(NULL, port.arena_bytes);
    if (!port.slots || !port.arena) {
        perror("runner: memory for slots and arena");
        return 1;
    }
    if (flash) {
        nor.data = port.slots;
        nor.bytes = port.slots_bytes;
        nor.sector_bytes = SECTOR_BYTES;
        port.context = &nor;
        port.erase = ef_nor_erase;
        port.program = ef_nor_program;
        port.sector_bytes = SECTOR_BYTES;
        port.program_bytes = 8;
    }
    port.receive = receive;
    port.receive_bytes = EF_FRAME_STUFFED(payload + EF_FRAME_OVERHEAD);
    port.transmit = transmit;
    port.transmit_bytes = payload + EF_FRAME_OVERHEAD;
    port.samples = samples;
    port.sample_count = SAMPLES;
    port.operator_ticks = operator_ticks;
    port.operator_count = OPERATORS;
    port.window = (uint8_t)window;
    port.board = "posix";
    port.os = "posix";
    port.kernels = "reference";
    port.kernel_table = ef_kernels_all;
    (void)signal(SIGPIPE, SIG_IGN);
    do {
        ef_link_begin(&link, &port);
    } while (ef_link_run(&link) == EF_LINK_RESET);
    return 0;
}
