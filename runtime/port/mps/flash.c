/* Slots in memory that plays flash: QEMU keeps it in a file, which the host can write to beside the link. */
#include "bare.h"
#include "board.h"
#include "ef_nor.h"

#define SECTOR_BYTES 4096u

void flash_begin(struct ef_port *port) {
    static struct ef_nor nor;
    nor.data = (uint8_t *)(uintptr_t)BOARD_SLOTS;
    nor.bytes = BOARD_SLOTS_BYTES;
    nor.sector_bytes = SECTOR_BYTES;
    port->context = &nor;
    port->erase = ef_nor_erase;
    port->program = ef_nor_program;
    port->slots = nor.data;
    port->slots_bytes = nor.bytes;
    port->sector_bytes = SECTOR_BYTES;
    port->program_bytes = 4;
    port->slots_path = "slots:";
}
