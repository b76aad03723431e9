/* The runner on a POSIX system: the link on stdin and stdout, talk on stderr.
 *
 *     runner [--arena BYTES] [--slots BYTES] [--payload BYTES] [--window N] [--flash FILE] [--base FOLDER]
 *            [--lock FILE] [--owner WHO] [--limit SECONDS] [--board NAME] [--os NAME] [--cpu NAME]
 *
 * With --base models are releases in files below that folder (ef_files.h); there are no slots then. Slots lie in RAM
 * and are lost when it ends, with --flash in a file that keeps them: it follows the rules of flash (erase by
 * sector of 4096 to 0xFF, programming only clears bits), so that a board's slots can be tried here.
 * --lock is held for as long as the process lives; when another one holds it, this one ends with status 75 and
 * `busy WHO SECONDS`. --limit ends a process that has neither answered nor said that it goes on for so long: nothing
 * stays behind on a device whose host went away. */
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

#include "ef_files.h"
#include "ef_frame.h"
#include "ef_hold.h"
#include "ef_link.h"
#include "ef_nor.h"

#define SECTOR_BYTES 4096u
#define SAMPLES 4096u
#define OPERATORS 2048u
#define PAYLOAD_MAX 65536u
#define DIRECTORY_BYTES (2u * SECTOR_BYTES) /* of the slots: what says which of them is active */

static unsigned limit_s; /* 0: none */

static int32_t read_input(void *context, uint8_t *data, size_t capacity, bool wait) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)context;
    if (!wait && poll(&input, 1, 0) <= 0)
        return 0;
    if (wait)
        (void)alarm(0);
    ssize_t count = read(STDIN_FILENO, data, capacity);
    (void)alarm(limit_s);
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
    (void)alarm(limit_s);
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

/* The file gets what the slots hold before it gets what names them, so that a power cut leaves a whole model. */
static bool sync_slots(const struct ef_nor *nor, uint32_t offset) {
    return offset >= DIRECTORY_BYTES || msync(nor->data, nor->bytes, MS_SYNC) == 0;
}

static bool erase(void *context, uint32_t offset) {
    return sync_slots(context, offset) && ef_nor_erase(context, offset) && sync_slots(context, offset);
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    return sync_slots(context, offset) && ef_nor_program(context, offset, data, size) && sync_slots(context, offset);
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
    static struct ef_files files;
    const char *flash = NULL, *base = NULL, *lock = NULL, *owner = "?";
    int locked = -1;
    uint32_t payload = 4096, window = 4;
    struct ef_port port = {0};
    port.arena_bytes = 32u << 20;
    port.slots_bytes = 64u << 20;
    port.board = "posix";
    port.os = "posix";
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
        else if (strcmp(argv[i], "--base") == 0 && *value == '/')
            base = value;
        else if (strcmp(argv[i], "--lock") == 0 && *value != '\0')
            lock = value;
        else if (strcmp(argv[i], "--owner") == 0 && *value != '\0')
            owner = value;
        else if (strcmp(argv[i], "--limit") == 0)
            limit_s = number(value, 1, 1u << 20);
        else if (strcmp(argv[i], "--board") == 0)
            port.board = value;
        else if (strcmp(argv[i], "--os") == 0)
            port.os = value;
        else if (strcmp(argv[i], "--cpu") == 0)
            port.cpu = value;
        else {
            (void)fprintf(stderr, "usage: runner [--arena BYTES] [--slots BYTES] [--payload BYTES] [--window N] "
                                  "[--flash FILE] [--base FOLDER] [--lock FILE] [--owner WHO] [--limit SECONDS] "
                                  "[--board NAME] [--os NAME] [--cpu NAME]\n");
            return 2;
        }
    }
    if (lock) {
        locked = ef_hold(lock, owner);
        if (locked < 0)
            return 1;
    }
    port.read = read_input;
    port.write = write_output;
    port.ticks = ticks;
    port.ticks_hz = ticks_hz;
    if (base && !ef_files_begin(&files, base, &port, &link)) {
        perror(base);
        return 1;
    }
    port.slots = base ? NULL : map(flash, port.slots_bytes);
    port.arena = map(NULL, port.arena_bytes);
    if ((!port.slots && !base) || !port.arena) {
        perror("runner: memory for slots and arena");
        return 1;
    }
    if (flash && !base) {
        nor.data = port.slots;
        nor.bytes = port.slots_bytes;
        nor.sector_bytes = SECTOR_BYTES;
        port.context = &nor;
        port.erase = erase;
        port.program = program;
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
    port.kernels = "reference";
    port.kernel_table = ef_kernels_all;
    (void)signal(SIGPIPE, SIG_IGN);
    do {
        ef_link_begin(&link, &port);
    } while (ef_link_run(&link) == EF_LINK_RESET && !base); /* where it keeps nothing, it is started again */
    if (base)
        ef_releases_end(&files.releases);
    return locked >= 0 && ftruncate(locked, 0) != 0;
}
