/* Bounded reading and writing of payload fields. */
#include "ef_message.h"

#include <string.h>

struct ef_reader ef_reader_of(const uint8_t *data, size_t size) {
    struct ef_reader reader = {data, size, false};
    return reader;
}

struct ef_span ef_reader_take(struct ef_reader *reader, size_t size) {
    struct ef_span span = {reader->data, 0};
    if (reader->failed || size > reader->left) {
        reader->failed = true;
        return span;
    }
    span.size = size;
    reader->data += size;
    reader->left -= size;
    return span;
}

uint32_t ef_reader_number(struct ef_reader *reader, unsigned bytes) {
    struct ef_span span = ef_reader_take(reader, bytes);
    uint32_t value = 0;
    for (size_t i = span.size; i-- > 0u;)
        value = value << 8 | span.data[i];
    return value;
}

struct ef_span ef_reader_text(struct ef_reader *reader) {
    return ef_reader_take(reader, ef_reader_number(reader, 2));
}

bool ef_reader_done(const struct ef_reader *reader) {
    return !reader->failed && reader->left == 0u;
}

bool ef_span_is(struct ef_span span, const char *text) {
    return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

static bool room(struct ef_writer *writer, size_t size) {
    if (writer->full || size > writer->capacity - writer->used) {
        writer->full = true;
        return false;
    }
    return true;
}

static void put(struct ef_writer *writer, uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        writer->data[writer->used++] = (uint8_t)(value >> 8u * i);
}

void ef_writer_number(struct ef_writer *writer, uint64_t value, unsigned bytes) {
    if (room(writer, bytes))
        put(writer, value, bytes);
}

void ef_writer_bytes(struct ef_writer *writer, const uint8_t *data, size_t size) {
    if (!room(writer, size) || size == 0u)
        return;
    memcpy(writer->data + writer->used, data, size);
    writer->used += size;
}

void ef_writer_span(struct ef_writer *writer, const char *text, size_t size) {
    if (size > UINT16_MAX || !room(writer, size + 2u)) {
        writer->full = true;
        return;
    }
    put(writer, size, 2);
    ef_writer_bytes(writer, (const uint8_t *)text, size);
}

void ef_writer_text(struct ef_writer *writer, const char *text) {
    ef_writer_span(writer, text, strlen(text));
}

void ef_writer_pair(struct ef_writer *writer, const char *name, const char *value) {
    if (room(writer, strlen(name) + strlen(value) + 4u)) {
        ef_writer_text(writer, name);
        ef_writer_text(writer, value);
    }
}

void ef_writer_figure(struct ef_writer *writer, const char *name, uint64_t value) {
    if (room(writer, strlen(name) + 10u)) {
        ef_writer_text(writer, name);
        put(writer, value, 8);
    }
}
