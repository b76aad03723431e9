/* Slots in the flash, through its controller. The emulator has that controller but forgets the flash when it ends: there
 * each change goes to the host's file as well. */
#include <string.h>

#include "arch.h"
#include "bare.h"
#include "host_flash.h"

#define NVMC 0x4001E000
#define NVMC_READY REGISTER(NVMC + 0x400)
#define NVMC_CONFIG REGISTER(NVMC + 0x504)
#define NVMC_ERASE_PAGE REGISTER(NVMC + 0x508)
#define NVMC_READ_ONLY 0u
#define NVMC_WRITE 1u
#define NVMC_ERASE 2u
#define PROGRAM_BYTES 4u

static void finish(void) {
    while ((NVMC_READY & 1u) == 0u) {
    }
}

static bool kept(uint32_t offset, size_t size) {
#ifdef EF_EMULATED
    return host_flash_keep(offset, size);
#else
    (void)offset, (void)size;
    return true;
#endif
}

static bool erase(void *context, uint32_t offset) {
    (void)context;
    NVMC_CONFIG = NVMC_ERASE;
    finish();
    NVMC_ERASE_PAGE = BOARD_SLOTS + offset;
    finish();
    NVMC_CONFIG = NVMC_READ_ONLY;
    finish();
    return kept(offset, BOARD_SECTOR_BYTES);
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    (void)context;
    NVMC_CONFIG = NVMC_WRITE;
    finish();
    for (size_t done = 0; done < size; done += PROGRAM_BYTES) {
        uint32_t word;
        memcpy(&word, data + done, sizeof word);
        REGISTER(BOARD_SLOTS + offset + done) = word;
        finish();
    }
    NVMC_CONFIG = NVMC_READ_ONLY;
    finish();
    return memcmp((const uint8_t *)(uintptr_t)(BOARD_SLOTS + offset), data, size) == 0 && kept(offset, size);
}

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
