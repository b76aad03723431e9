/* See ../../README.md. */
#ifndef HARDWARE_FLASH_H
#define HARDWARE_FLASH_H

#include "pico/stdlib.h"

#define FLASH_PAGE_SIZE (1u << 8)
#define FLASH_SECTOR_SIZE (1u << 12)
#define XIP_BASE ((uintptr_t)line_flash(PICO_FLASH_SIZE_BYTES))

static inline void flash_range_erase(uint32_t offset, size_t count) {
    line_erase(line_flash(PICO_FLASH_SIZE_BYTES), PICO_FLASH_SIZE_BYTES, offset, count, FLASH_SECTOR_SIZE);
}
static inline void flash_range_program(uint32_t offset, const uint8_t *data, size_t count) {
    line_program(line_flash(PICO_FLASH_SIZE_BYTES), PICO_FLASH_SIZE_BYTES, offset, data, count, FLASH_PAGE_SIZE);
}

#endif
