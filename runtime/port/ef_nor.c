/* NOR flash in RAM: erasing sets a sector to 0xFF, programming clears bits and nothing else. */
#include "ef_nor.h"

#include <string.h>

bool ef_nor_erase(void *context, uint32_t offset) {
    struct ef_nor *nor = context;
    if (offset % nor->sector_bytes != 0u || offset >= nor->bytes || nor->sector_bytes > nor->bytes - offset)
        return false;
    memset(nor->data + offset, 0xFF, nor->sector_bytes);
    return true;
}

bool ef_nor_program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    struct ef_nor *nor = context;
    if (offset > nor->bytes || size > nor->bytes - offset)
        return false;
    bool clean = true;
    for (size_t i = 0; i < size; i++) {
        nor->data[offset + i] &= data[i];
        clean = clean && nor->data[offset + i] == data[i];
    }
    return clean;
}
