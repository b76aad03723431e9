/* Flash played in RAM, with flash's rules: for emulated boards and for tests. */
#ifndef EF_NOR_H
#define EF_NOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ef_nor {
    uint8_t *data;
    uint32_t bytes;
    uint32_t sector_bytes;
};

/* For struct ef_port's functions of the same name; `context` is the struct ef_nor. They fail outside the region, on an
 * offset that begins no sector, and on a program that would have to set a bit. */
bool ef_nor_erase(void *context, uint32_t offset);
bool ef_nor_program(void *context, uint32_t offset, const uint8_t *data, size_t size);

#endif /* EF_NOR_H */
