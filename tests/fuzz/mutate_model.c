/* Mutations that know TFLite's tables: fields and vectors are found through the vtables, as a reader would, and then
 * changed to other values, counts and targets. Wherever the file is already too damaged, bytes change at random. */
#include <string.h>

#include "ef_load.h"
#include "fuzz.h"

#define PLACES 2048u

enum kind { U8, U32, U64, TABLE, TABLES, I32S, F32S, I64S, BYTES, UNKNOWN };
enum table { MODEL, CODE, GRAPH, TENSOR, QUANTIZATION, NODE, BUFFER, SIGNATURE, MAPPED, OPTIONS };

static const struct field {
    uint8_t table, id, kind, below; /* `below`: the tables that a TABLE or TABLES field leads to */
} fields[] = {
    {MODEL, 1, TABLES, CODE}, {MODEL, 2, TABLES, GRAPH}, {MODEL, 4, TABLES, BUFFER}, {MODEL, 7, TABLES, SIGNATURE},
    {CODE, 0, U8, 0}, {CODE, 1, BYTES, 0}, {CODE, 2, U32, 0}, {CODE, 3, U32, 0},
    {GRAPH, 0, TABLES, TENSOR}, {GRAPH, 1, I32S, 0}, {GRAPH, 2, I32S, 0}, {GRAPH, 3, TABLES, NODE},
    {TENSOR, 0, I32S, 0}, {TENSOR, 1, U8, 0}, {TENSOR, 2, U32, 0}, {TENSOR, 3, BYTES, 0},
    {TENSOR, 4, TABLE, QUANTIZATION}, {TENSOR, 5, U8, 0}, {TENSOR, 6, TABLE, OPTIONS}, {TENSOR, 7, I32S, 0},
    {QUANTIZATION, 2, F32S, 0}, {QUANTIZATION, 3, I64S, 0}, {QUANTIZATION, 6, U32, 0},
    {NODE, 0, U32, 0}, {NODE, 1, I32S, 0}, {NODE, 2, I32S, 0}, {NODE, 3, U8, 0}, {NODE, 4, TABLE, OPTIONS},
    {NODE, 5, BYTES, 0}, {NODE, 8, I32S, 0}, {BUFFER, 0, BYTES, 0}, {BUFFER, 1, U64, 0}, {BUFFER, 2, U64, 0},
    {SIGNATURE, 0, TABLES, MAPPED}, {SIGNATURE, 1, TABLES, MAPPED}, {SIGNATURE, 2, BYTES, 0}, {SIGNATURE, 4, U32, 0},
    {MAPPED, 0, BYTES, 0}, {MAPPED, 1, U32, 0},
};
static const uint8_t widths[] = {1, 4, 8, 4, 4, 4, 4, 8, 1, 1}; /* of the scalar, or of a vector's element */
static const uint32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 32, 64, 127, 128, 255, 256, 1024, 32767, 32768,
                                   65535, 65536, 0x7ffffffeu, 0x7fffffffu, 0x80000000u, 0x80000001u, 0xfffffff0u,
                                   0xffffff80u, 0xfffffffeu, 0xffffffffu};
static const uint32_t reals[] = {0, 0x80000000u, 0x3f800000u, 0xbf800000u, 0x7f800000u, 0x7fc00000u, 0x7f7fffffu, 1,
                                 0x00800000u, 0x3c000000u, 0x2f800000u, 0x4f000000u, 0x4b800000u, 0x3f000001u};

struct place {
    uint32_t table, entry, at; /* table; its vtable's entry; the field, or the offset that leads to it */
    uint8_t kind, below;
};

struct walk {
    uint8_t *data;
    uint32_t size, state, count;
    struct place places[PLACES];
};

static uint32_t draw(struct walk *walk, uint32_t limit) {
    walk->state = walk->state * 1664525u + 1013904223u;
    return limit == 0u ? 0u : (walk->state >> 8) % limit;
}

/* Where the offset at `at` leads, 0 when it leaves the file. */
static uint32_t follow(const struct walk *walk, uint32_t at) {
    const uint32_t target = at + ef_load_u32(walk->data + at);
    return target > at && walk->size >= 8u && target <= walk->size - 8u ? target : 0u;
}

/* Field `id` of a table; 0 when there is none. `*entry` is the place in its vtable. */
static uint32_t field_of(const struct walk *walk, uint32_t table, uint32_t id, uint32_t *entry) {
    const uint32_t vtable = table - ef_load_u32(walk->data + table);
    if (vtable > walk->size - 4u || vtable + 4u + 2u * id + 2u > walk->size) return 0;
    *entry = vtable + 4u + 2u * id;
    if (4u + 2u * id + 2u > ef_load_u16(walk->data + vtable)) return 0;
    const uint32_t offset = ef_load_u16(walk->data + *entry);
    return offset == 0u || table + offset + 8u > walk->size ? 0u : table + offset;
}

static void note(struct walk *walk, uint32_t table, uint32_t id, uint8_t kind, uint8_t below) {
    uint32_t entry = 0;
    const uint32_t at = field_of(walk, table, id, &entry);
    if (at == 0u || walk->count == PLACES) return;
    const struct place place = {table, entry, at, kind, below};
    walk->places[walk->count++] = place;
}

/* Note the fields of one table of a kind. */
static void note_table(struct walk *walk, uint32_t table, uint8_t of) {
    for (uint32_t id = 0; of == OPTIONS && id < 16u; ++id) note(walk, table, id, UNKNOWN, 0);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; ++i) {
        if (fields[i].table == of) note(walk, table, fields[i].id, fields[i].kind, fields[i].below);
    }
}

/* Breadth first: what has been noted leads to further tables. */
static void find_places(struct walk *walk) {
    const uint32_t root = follow(walk, 0);
    if (root != 0u) note_table(walk, root, MODEL);
    for (uint32_t n = 0; n < walk->count; ++n) {
        const struct place place = walk->places[n];
        const uint32_t target = place.kind == TABLE || place.kind == TABLES ? follow(walk, place.at) : 0u;
        if (target == 0u) continue;
        if (place.kind == TABLE) note_table(walk, target, place.below);
        for (uint32_t i = 0; place.kind == TABLES && i < ef_load_u32(walk->data + target) && i < 64u; ++i) {
            const uint32_t at = target + 4u + 4u * i;
            const uint32_t table = at + 4u <= walk->size ? follow(walk, at) : 0u;
            if (table != 0u) note_table(walk, table, place.below);
        }
    }
}

static void change_number(struct walk *walk, uint32_t at, uint32_t width, int real) {
    uint8_t *p = walk->data + at;
    uint32_t value = width == 1u ? *p : ef_load_u32(p);
    switch (draw(walk, 4u)) {
        case 0: value += draw(walk, 9u) - 4u; break;
        case 1: value = draw(walk, 160u); break;
        case 2: value ^= UINT32_C(1) << draw(walk, width == 1u ? 8u : 32u); break;
        default: value = numbers[draw(walk, sizeof numbers / sizeof *numbers)]; break;
    }
    if (real && draw(walk, 2u)) value = reals[draw(walk, sizeof reals / sizeof *reals)];
    if (width == 1u) *p = (uint8_t)value;
    else ef_store_u32(p, value);
    if (width == 8u && draw(walk, 2u)) ef_store_u32(p + 4, (uint32_t)-(int32_t)(value >> 31));
}

/* Write the vector again at the end of the file (its elements aligned to 16), one element more or less; the offset then
 * leads there. */
static void move_vector(struct walk *walk, uint32_t at, uint32_t vector, uint32_t count, uint32_t width, uint32_t room) {
    const uint32_t begin = ((walk->size + 15u) & ~UINT32_C(15)) + 12u, grown = count + draw(walk, 3u);
    const uint32_t bytes = 4u + (grown + 1u) * width;
    if (bytes > room || begin > room - bytes) return;
    memset(walk->data + walk->size, 0, begin + bytes - walk->size);
    memcpy(walk->data + begin, walk->data + vector, 4u + count * width);
    ef_store_u32(walk->data + begin, draw(walk, 4u) == 0u && count > 0u ? count - 1u : grown);
    if (grown > count && width <= 4u) change_number(walk, begin + 4u + count * width, width, 0);
    ef_store_u32(walk->data + at, begin - at);
    walk->size = begin + bytes;
}

static void change_vector(struct walk *walk, const struct place *place, uint32_t room) {
    const uint32_t vector = follow(walk, place->at), width = widths[place->kind];
    if (vector == 0u) return;
    const uint32_t count = ef_load_u32(walk->data + vector);
    if (count > (walk->size - vector - 4u) / width) return;
    const uint32_t i = draw(walk, count), at = vector + 4u + i * width;
    if (place->kind == TABLES && count > 0u && draw(walk, 2u)) { /* an element becomes another one as well */
        const uint32_t target = follow(walk, vector + 4u + 4u * draw(walk, count));
        if (target > at) ef_store_u32(walk->data + at, target - at);
    } else if (place->kind != TABLES && draw(walk, 4u) == 0u) {
        move_vector(walk, place->at, vector, count, width, room);
    } else if (count == 0u || draw(walk, 8u) == 0u) {
        change_number(walk, vector, 4u, 0);
    } else if (place->kind == BYTES) { /* constants: often int32 or float */
        const uint32_t wide = count >= 4u && draw(walk, 2u), word = vector + 4u + (i & ~UINT32_C(3));
        change_number(walk, wide && word + 4u <= walk->size ? word : at, wide ? 4u : 1u, (int)draw(walk, 2u));
    } else if (place->kind != TABLES) {
        change_number(walk, at, width, place->kind == F32S);
    }
}

static void change(struct walk *walk, uint32_t room) {
    const struct place place = walk->places[draw(walk, walk->count)];
    const struct place other = walk->places[draw(walk, walk->count)];
    if (draw(walk, 12u) == 0u) { /* in the vtable: absent, or another field's place */
        const uint16_t entry = draw(walk, 2u) ? 0u : ef_load_u16(walk->data + other.entry);
        walk->data[place.entry] = (uint8_t)entry;
        walk->data[place.entry + 1u] = (uint8_t)(entry >> 8);
        return;
    }
    switch (place.kind) {
        case U8: case U32: case U64: change_number(walk, place.at, widths[place.kind], 0); break;
        case UNKNOWN: change_number(walk, place.at, draw(walk, 2u) ? 1u : 4u, (int)draw(walk, 2u)); break;
        default: {
            const uint32_t target = follow(walk, other.at);
            if (draw(walk, 8u) == 0u && other.kind == place.kind && target > place.at) {
                ef_store_u32(walk->data + place.at, target - place.at); /* shares what another field leads to */
            } else if (place.kind != TABLE) {
                change_vector(walk, &place, room);
            }
        }
    }
}

size_t fuzz_mutate_model(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static struct walk walk;
    walk.data = data;
    walk.size = (uint32_t)size;
    walk.state = seed;
    walk.count = 0;
    if (size >= 16u && draw(&walk, 8u) > 0u) find_places(&walk);
    if (walk.count == 0u) return LLVMFuzzerMutate(data, size, max_size);
    for (uint32_t n = 1u + draw(&walk, 3u); n > 0u && walk.count > 0u; --n) {
        change(&walk, (uint32_t)max_size);
        walk.count = 0;
        find_places(&walk);
    }
    return walk.size;
}
