/* All that a board gives to the link server: four functions, optionally two more, and memory.
 *
 * A porter fills one `struct ef_port`, hands it to ef_link_begin() and calls ef_link_run(). Everything is owned by the
 * caller and must stay where it is while the link runs; the server allocates nothing and writes nowhere else. */
#ifndef EF_PORT_H
#define EF_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ef_config.h"
#include "ef_status.h"

struct ef_kernel;
struct ef_link;
struct ef_reader;
struct ef_writer;

struct ef_port {
    void *context; /* passed to each function */

    /* Give 1..capacity received bytes. With `wait` block until there are some; without, return 0 when there are none.
     * Returns -1 when the stream has ended for good. Bytes must be kept while the server is busy: at least
     * `window` requests of the largest size. */
    int32_t (*read)(void *context, uint8_t *data, size_t capacity, bool wait);
    /* Send all bytes. Returns false when the stream has ended. */
    bool (*write)(void *context, const uint8_t *data, size_t size);
    /* A clock that never goes back, and its rate. On an emulated board ticks are instructions. */
    uint64_t (*ticks)(void *context);
    uint64_t (*ticks_hz)(void *context);

    /* Both or none: persistent slots. `erase` sets the sector that begins at `offset` to 0xFF; `program` can only clear
     * bits, and is called with offset and size in multiples of `program_bytes`. Return false on failure. */
    bool (*erase)(void *context, uint32_t offset);
    bool (*program)(void *context, uint32_t offset, const uint8_t *data, size_t size);

    /* Where models lie, readable in place, 16-byte aligned: `slots_bytes` of RAM, or of flash when `erase` is given. */
    uint8_t *slots;
    uint32_t slots_bytes;
    uint32_t sector_bytes;  /* with flash: size of an erase, at least 512 */
    uint32_t program_bytes; /* with flash: granule of a program, 1..16, a power of two */
    const char *slots_path; /* a file channel can write the region beside the link: its prefix, at most
                               EF_PORT_SLOTS_PATH_BYTES; else NULL */

#if EF_WITH_FILES
    /* Both or none: models are files, and the port answers the commands about them in the server's stead; `base` is the
     * folder of releases. `answer` returns false for what is the server's own. */
    const char *base;
    bool (*answer)(void *context, struct ef_link *link, uint8_t code, struct ef_reader *request,
                   struct ef_writer *reply, enum ef_status *status);
#endif

    uint8_t *arena; /* 16-byte aligned */
    uint32_t arena_bytes;
    uint8_t *receive; /* one stuffed request: EF_FRAME_STUFFED(payload + EF_FRAME_OVERHEAD) */
    uint32_t receive_bytes;
    uint8_t *transmit; /* one reply: payload + EF_FRAME_OVERHEAD */
    uint32_t transmit_bytes;
    uint64_t *samples; /* of one INVOKE; when it is full two neighbours become one */
    uint32_t sample_count;      /* at least 2 */
    uint64_t *operator_ticks; /* for profiling; models with more operators have no profile */
    uint32_t operator_count;
    uint8_t window; /* MODEL_CHUNK or INPUT requests that may be on the way, at least 1 */

    const char *board;   /* names for HELLO; "" where unknown */
    const char *kernels; /* the kernel set, "reference" or "dsp"… */
    const char *os;
    const char *cpu;
    const char *toolchain; /* for CONDITIONS: what built the image, and with which flags */
    const char *flags;
    bool ticks_are_instructions; /* emulated: nothing may be called a latency */
    const struct ef_kernel *const *kernel_table; /* ef_kernels_all, or fewer; ends in NULL */

    /* For MEMORY; 0 or NULL where unknown. The stack is painted with EF_PORT_STACK_PAINT from `stack_low` up to where it
     * stood at start. */
    const uint32_t *stack_low;
    const uint32_t *stack_high;
    uint32_t text_bytes;
    uint32_t static_bytes; /* .data and .bss */
};

#define EF_PORT_STACK_PAINT 0x5AC3A55Au
#define EF_PORT_SLOTS_PATH_BYTES 24u

#endif /* EF_PORT_H */
