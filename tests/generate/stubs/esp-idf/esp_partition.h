/* See ../README.md. */
#ifndef ESP_PARTITION_H
#define ESP_PARTITION_H

#include <string.h>

#include "esp_system.h"

#define ESP_PARTITION_TYPE_DATA 1
#define ESP_PARTITION_SUBTYPE_ANY 0xff
#define ESP_PARTITION_MMAP_DATA 0
#define STUB_SECTOR 4096u

typedef int esp_partition_type_t;
typedef int esp_partition_subtype_t;
typedef int esp_partition_mmap_memory_t;
typedef uint32_t esp_partition_mmap_handle_t;
typedef struct {
    uint32_t address, size, erase_size;
} esp_partition_t;

#define STUB_PARTITION_BYTES (2u << 20)
static const esp_partition_t stub_slots = {0x190000, STUB_PARTITION_BYTES, STUB_SECTOR};

static inline const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
                                                              esp_partition_subtype_t subtype, const char *label) {
    (void)subtype;
    return type == ESP_PARTITION_TYPE_DATA && strcmp(label, "slots") == 0 ? &stub_slots : NULL;
}
static inline esp_err_t esp_partition_mmap(const esp_partition_t *partition, size_t offset, size_t size,
                                           esp_partition_mmap_memory_t memory, const void **out,
                                           esp_partition_mmap_handle_t *handle) {
    (void)memory;
    if (offset + size > partition->size)
        return ESP_ERR_NOT_FOUND;
    *out = line_flash(STUB_PARTITION_BYTES) + offset;
    *handle = 1;
    return ESP_OK;
}
static inline esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t size) {
    line_erase(line_flash(STUB_PARTITION_BYTES), partition->size, offset, size, STUB_SECTOR);
    return ESP_OK;
}
static inline esp_err_t esp_partition_write(const esp_partition_t *partition, size_t offset, const void *data,
                                            size_t size) {
    line_program(line_flash(STUB_PARTITION_BYTES), partition->size, offset, (const uint8_t *)data, size, 1);
    return ESP_OK;
}

#endif
