/* Payloads: a reader that never runs past the end, a writer that never runs past the buffer. */
#ifndef EF_MESSAGE_H
#define EF_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* After a read beyond the end `failed` stays set and every read gives 0 or an empty text. */
struct ef_reader {
    const uint8_t *data;
    size_t left;
    bool failed;
};

/* A str or bytes field in place, not terminated. */
struct ef_span {
    const uint8_t *data;
    size_t size;
};

struct ef_reader ef_reader_of(const uint8_t *data, size_t size);
uint32_t ef_reader_number(struct ef_reader *reader, unsigned bytes); /* 1..4, little-endian */
struct ef_span ef_reader_take(struct ef_reader *reader, size_t size);
struct ef_span ef_reader_text(struct ef_reader *reader); /* u16 count, then that many bytes */

/* Whether all was there and nothing is left. */
bool ef_reader_done(const struct ef_reader *reader);

bool ef_span_is(struct ef_span span, const char *text);

/* What does not fit is left out as a whole field, and `full` is set. */
struct ef_writer {
    uint8_t *data;
    size_t used;
    size_t capacity;
    bool full;
};

void ef_writer_number(struct ef_writer *writer, uint64_t value, unsigned bytes); /* 1..8 */
void ef_writer_bytes(struct ef_writer *writer, const uint8_t *data, size_t size);
void ef_writer_text(struct ef_writer *writer, const char *text);
void ef_writer_span(struct ef_writer *writer, const char *text, size_t size); /* as str */
void ef_writer_pair(struct ef_writer *writer, const char *name, const char *value);
void ef_writer_figure(struct ef_writer *writer, const char *name, uint64_t value);

#endif /* EF_MESSAGE_H */
