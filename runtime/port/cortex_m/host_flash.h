/* Flash of an emulated board, kept in a file of the host through Arm semihosting. QEMU names the file on the "command
 * line"; its size is the slots'. Only for images with EF_EMULATED: on silicon without a debugger the instruction faults. */
#ifndef HOST_FLASH_H
#define HOST_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Put the file's content into the flash that begins at `flash`: a debugger's write, which reaches read-only memory too.
 * Returns false when there is no file; the flash then is what it was. */
bool host_flash_begin(uint8_t *flash, uint32_t bytes);

/* What the board has just erased or programmed there goes to the file. */
bool host_flash_keep(uint32_t offset, size_t size);

/* For a board whose flash controller the emulator has not got: erase, and program, by the file. */
bool host_flash_erase(uint32_t offset, size_t size);
bool host_flash_program(uint32_t offset, const uint8_t *data, size_t size);

#endif /* HOST_FLASH_H */
