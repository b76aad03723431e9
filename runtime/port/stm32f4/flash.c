/* Slots in the flash's sectors of 128 KB. QEMU has no flash controller for this chip: there the host's file stands in. */
#include <string.h>

#include "arch.h"
#include "bare.h"
#include "host_flash.h"

#define PROGRAM_BYTES 4u

#ifdef EF_EMULATED

static bool erase(void *context, uint32_t offset) {
    (void)context;
    return host_flash_erase(offset, BOARD_SECTOR_BYTES);
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    return host_flash_program(offset, data, size);
}

#else

#define FLASH 0x40023C00
#define FLASH_KEY REGISTER(FLASH + 0x04)
#define FLASH_STATE REGISTER(FLASH + 0x0C)
#define FLASH_CONTROL REGISTER(FLASH + 0x10)
#define FLASH_ACCESS REGISTER(FLASH + 0x00)
#define FLASH_BUSY (1u << 16)
#define FLASH_ERRORS 0xF2u
#define FLASH_LOCK (1u << 31)
#define FLASH_WORDS (2u << 8) /* 32 bits at a time: supply of 2.7 V and more */
#define FLASH_PROGRAM 1u
#define FLASH_ERASE 2u
#define FLASH_START (1u << 16)
#define FLASH_DATA_CACHE (1u << 10)
#define FLASH_DATA_CACHE_RESET (1u << 12)

static bool finish(void) {
    while (FLASH_STATE & FLASH_BUSY) {
    }
    bool good = (FLASH_STATE & FLASH_ERRORS) == 0u;
    FLASH_STATE = FLASH_ERRORS;
    FLASH_CONTROL = FLASH_LOCK;
    /* the data cache may hold what was there before */
    FLASH_ACCESS &= ~FLASH_DATA_CACHE;
    FLASH_ACCESS |= FLASH_DATA_CACHE_RESET;
    FLASH_ACCESS &= ~FLASH_DATA_CACHE_RESET;
    FLASH_ACCESS |= FLASH_DATA_CACHE;
    return good;
}

static void unlock(void) {
    if (FLASH_CONTROL & FLASH_LOCK) {
        FLASH_KEY = 0x45670123u;
        FLASH_KEY = 0xCDEF89ABu;
    }
    FLASH_STATE = FLASH_ERRORS;
}

static bool erase(void *context, uint32_t offset) {
    (void)context;
    uint32_t sector = BOARD_FIRST_SECTOR + offset / BOARD_SECTOR_BYTES;
    unlock();
    FLASH_CONTROL = FLASH_WORDS | FLASH_ERASE | sector << 3;
    FLASH_CONTROL |= FLASH_START;
    return finish();
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    unlock();
    FLASH_CONTROL = FLASH_WORDS | FLASH_PROGRAM;
    for (size_t done = 0; done < size; done += PROGRAM_BYTES) {
        uint32_t word;
        memcpy(&word, data + done, sizeof word);
        REGISTER(BOARD_SLOTS + offset + done) = word;
        while (FLASH_STATE & FLASH_BUSY) {
        }
    }
    return finish() && memcmp((const uint8_t *)(uintptr_t)(BOARD_SLOTS + offset), data, size) == 0;
}

#endif

void flash_begin(struct ef_port *port) {
    port->slots = (uint8_t *)(uintptr_t)BOARD_SLOTS;
    port->slots_bytes = BOARD_SLOTS_BYTES;
    port->sector_bytes = BOARD_SECTOR_BYTES;
    port->program_bytes = PROGRAM_BYTES;
#ifdef EF_EMULATED
    (void)host_flash_begin(port->slots, port->slots_bytes); /* without a file nothing can be erased either */
#endif
    port->erase = erase;
    port->program = program;
}
