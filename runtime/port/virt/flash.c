/* Slots in CFI flash with Intel's commands, two 16-bit chips side by side: each command goes to both halves of a word. */
#include <string.h>

#include "arch.h"
#include "bare.h"

#define BOTH(command) ((command) | (uint32_t)(command) << 16)
#define COMMAND_ERASE BOTH(0x20u)
#define COMMAND_BUFFER BOTH(0xE8u)
#define COMMAND_CONFIRM BOTH(0xD0u)
#define COMMAND_CLEAR BOTH(0x50u)
#define COMMAND_STATUS BOTH(0x70u)
#define COMMAND_READ BOTH(0xFFu)
#define STATUS_READY BOTH(0x80u)
#define STATUS_ERRORS BOTH(0x3Au) /* erase, program, supply, protection */
#define PROGRAM_BYTES 4u
#define BUFFER_BYTES 128u /* of both chips; a write does not cross its multiples */

static bool finish(uint32_t offset) {
    uint32_t status;
    REGISTER(BOARD_SLOTS + offset) = COMMAND_STATUS;
    do
        status = REGISTER(BOARD_SLOTS + offset);
    while ((status & STATUS_READY) != STATUS_READY);
    REGISTER(BOARD_SLOTS + offset) = COMMAND_CLEAR;
    REGISTER(BOARD_SLOTS + offset) = COMMAND_READ;
    return (status & STATUS_ERRORS) == 0u;
}

static bool erase(void *context, uint32_t offset) {
    (void)context;
    REGISTER(BOARD_SLOTS + offset) = COMMAND_ERASE;
    REGISTER(BOARD_SLOTS + offset) = COMMAND_CONFIRM;
    return finish(offset);
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    for (size_t done = 0; done < size;) {
        const uint32_t at = offset + (uint32_t)done;
        const uint32_t room = BUFFER_BYTES - at % BUFFER_BYTES;
        const uint32_t count = size - done < room ? (uint32_t)(size - done) : room;
        REGISTER(BOARD_SLOTS + at) = COMMAND_BUFFER;
        REGISTER(BOARD_SLOTS + at) = BOTH(count / PROGRAM_BYTES - 1u);
        for (uint32_t i = 0; i < count; i += PROGRAM_BYTES) {
            uint32_t word;
            memcpy(&word, data + done + i, sizeof word);
            REGISTER(BOARD_SLOTS + at + i) = word;
        }
        REGISTER(BOARD_SLOTS + at) = COMMAND_CONFIRM;
        if (!finish(at))
            return false;
        done += count;
    }
    return memcmp((const uint8_t *)(uintptr_t)(BOARD_SLOTS + offset), data, size) == 0;
}

void flash_begin(struct ef_port *port) {
    port->slots = (uint8_t *)(uintptr_t)BOARD_SLOTS;
    port->slots_bytes = BOARD_SLOTS_BYTES;
    port->sector_bytes = BOARD_SECTOR_BYTES;
    port->program_bytes = PROGRAM_BYTES;
    port->erase = erase;
    port->program = program;
}
