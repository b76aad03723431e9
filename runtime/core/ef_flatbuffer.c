/* Bounds-checked flatbuffer access. Refuses (EF_DAMAGED) what points outside the file, tables whose vtable or fields
 * leave it, and vectors longer than it. Files are < 2^31 bytes, so sums of two positions do not overflow. */
#include "ef_flatbuffer.h"

#include <stddef.h>

static int inside(const struct ef_model *model, uint32_t at, uint32_t bytes) {
    return at <= model->size && bytes <= model->size - at;
}

/* Position of the table's vtable, EF_DAMAGED when either leaves the file. */
static uint32_t vtable_of(const struct ef_model *model, uint32_t table) {
    if (!inside(model, table, 4u)) return EF_DAMAGED;
    const int64_t at = (int64_t)table - ef_load_i32(model->bytes + table);
    if (at < 0 || at > (int64_t)model->size) return EF_DAMAGED;
    const uint32_t vtable = (uint32_t)at;
    if (!inside(model, vtable, 4u)) return EF_DAMAGED;
    const uint32_t vtable_bytes = ef_load_u16(model->bytes + vtable);
    const uint32_t table_bytes = ef_load_u16(model->bytes + vtable + 2u);
    if (vtable_bytes < 4u || (vtable_bytes & 1u) != 0u || !inside(model, vtable, vtable_bytes)) return EF_DAMAGED;
    if (table_bytes < 4u || !inside(model, table, table_bytes)) return EF_DAMAGED;
    return vtable;
}

/* Where the offset at `at` points to, with `bytes` bytes there. */
static uint32_t target_of(const struct ef_model *model, uint32_t at, uint32_t bytes) {
    const uint32_t offset = ef_load_u32(model->bytes + at);
    if (offset == 0u || offset > model->size - at) return EF_DAMAGED;
    return inside(model, at + offset, bytes) ? at + offset : EF_DAMAGED;
}

uint32_t ef_flatbuffer_follow(const struct ef_model *model, uint32_t at) {
    const uint32_t table = target_of(model, at, 4u);
    return table == EF_DAMAGED || vtable_of(model, table) == EF_DAMAGED ? EF_DAMAGED : table;
}

uint32_t ef_flatbuffer_field(const struct ef_model *model, uint32_t table, uint32_t id, uint32_t bytes) {
    const uint32_t vtable = (uint32_t)((int64_t)table - ef_load_i32(model->bytes + table));
    const uint32_t entry = 4u + 2u * id;
    if (entry + 2u > ef_load_u16(model->bytes + vtable)) return 0u;
    const uint32_t offset = ef_load_u16(model->bytes + vtable + entry);
    if (offset == 0u) return 0u;
    if (offset + bytes > ef_load_u16(model->bytes + vtable + 2u)) return EF_DAMAGED;
    return table + offset;
}

uint32_t ef_flatbuffer_table(const struct ef_model *model, uint32_t table, uint32_t id) {
    const uint32_t at = ef_flatbuffer_field(model, table, id, 4u);
    return at == 0u || at == EF_DAMAGED ? at : ef_flatbuffer_follow(model, at);
}

uint32_t ef_flatbuffer_vector(const struct ef_model *model, uint32_t table, uint32_t id, uint32_t element_bytes) {
    const uint32_t at = ef_flatbuffer_field(model, table, id, 4u);
    if (at == 0u || at == EF_DAMAGED) return at;
    const uint32_t vector = target_of(model, at, 4u);
    if (vector == EF_DAMAGED) return EF_DAMAGED;
    const uint32_t room = model->size - vector - 4u;
    return ef_load_u32(model->bytes + vector) <= room / element_bytes ? vector : EF_DAMAGED;
}

uint32_t ef_flatbuffer_element(const struct ef_model *model, uint32_t vector, uint32_t i) {
    return ef_flatbuffer_follow(model, vector + 4u + 4u * i);
}

uint8_t ef_flatbuffer_u8(const struct ef_model *model, uint32_t table, uint32_t id, uint8_t otherwise) {
    const uint32_t at = ef_flatbuffer_field(model, table, id, 1u);
    return at == 0u || at == EF_DAMAGED ? otherwise : model->bytes[at];
}

uint32_t ef_flatbuffer_u32(const struct ef_model *model, uint32_t table, uint32_t id, uint32_t otherwise) {
    const uint32_t at = ef_flatbuffer_field(model, table, id, 4u);
    return at == 0u || at == EF_DAMAGED ? otherwise : ef_load_u32(model->bytes + at);
}

uint64_t ef_flatbuffer_u64(const struct ef_model *model, uint32_t table, uint32_t id, uint64_t otherwise) {
    const uint32_t at = ef_flatbuffer_field(model, table, id, 8u);
    return at == 0u || at == EF_DAMAGED ? otherwise : ef_load_u64(model->bytes + at);
}

struct ef_text ef_flatbuffer_text(const struct ef_model *model, uint32_t table, uint32_t id) {
    struct ef_text text = {NULL, 0u};
    const uint32_t vector = ef_flatbuffer_vector(model, table, id, 1u);
    if (vector == 0u || vector == EF_DAMAGED) return text;
    text.text = (const char *)(model->bytes + vector + 4u);
    text.bytes = ef_load_u32(model->bytes + vector);
    return text;
}
