/* Reading a flatbuffer in place. Positions are bytes from the start of the file; 0 means absent, EF_DAMAGED that the
 * bytes there make no sense. Every position given back has its stated number of bytes inside the file.
 *
 * Tables given as arguments have been checked: they come from one of the functions below. */
#ifndef EF_FLATBUFFER_H
#define EF_FLATBUFFER_H

#include <stdint.h>

#include "ef_load.h"
#include "ef_runtime.h"

#define EF_DAMAGED UINT32_MAX

/* The table that the offset at `at` points to. `at` has 4 bytes inside the file. */
uint32_t ef_flatbuffer_follow(const struct ef_model *model, uint32_t at);

/* Position of field `id` of `bytes` bytes, 0 when the table does not have it, EF_DAMAGED when it leaves the table. */
uint32_t ef_flatbuffer_field(const struct ef_model *model, uint32_t table, uint32_t id, uint32_t bytes);

/* Table in field `id`. */
uint32_t ef_flatbuffer_table(const struct ef_model *model, uint32_t table, uint32_t id);

/* Vector in field `id` with elements of `element_bytes`: position of its count; the elements follow at +4. */
uint32_t ef_flatbuffer_vector(const struct ef_model *model, uint32_t table, uint32_t id, uint32_t element_bytes);

/* Table `i` of a vector of tables; `i` is below the count. */
uint32_t ef_flatbuffer_element(const struct ef_model *model, uint32_t vector, uint32_t i);

/* Elements of a vector; 0 for an absent or damaged one. */
static inline uint32_t ef_flatbuffer_count(const struct ef_model *model, uint32_t vector) {
    return vector == 0u || vector == EF_DAMAGED ? 0u : ef_load_u32(model->bytes + vector);
}

/* Element `i` of a vector of int32. */
static inline int32_t ef_flatbuffer_i32_at(const struct ef_model *model, uint32_t vector, uint32_t i) {
    return ef_load_i32(model->bytes + vector + 4u + 4u * i);
}

/* Scalar fields; `otherwise` when absent or damaged. */
uint8_t ef_flatbuffer_u8(const struct ef_model *model, uint32_t table, uint32_t id, uint8_t otherwise);
uint32_t ef_flatbuffer_u32(const struct ef_model *model, uint32_t table, uint32_t id, uint32_t otherwise);
uint64_t ef_flatbuffer_u64(const struct ef_model *model, uint32_t table, uint32_t id, uint64_t otherwise);

/* String in field `id`; an absent or damaged one has text NULL. */
struct ef_text ef_flatbuffer_text(const struct ef_model *model, uint32_t table, uint32_t id);

#endif /* EF_FLATBUFFER_H */
