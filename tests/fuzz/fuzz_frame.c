/* The frame codec and the message reader: whatever is encoded decodes to itself; whatever decodes, encoded again,
 * decodes to the same; damage is refused or harmless; fields are read inside the payload only.
 * Input: how u8, where u8, what u8, then bytes. */
#include <stdlib.h>
#include <string.h>

#include "ef_frame.h"
#include "ef_message.h"
#include "fuzz.h"

#define BODY_MAX 4096u

struct line {
    size_t used;
    uint8_t data[EF_FRAME_STUFFED(BODY_MAX + 4u) + 2u];
};

static bool collect(void *context, const uint8_t *data, size_t size) {
    struct line *line = context;
    if (size == 0u || size > 256u || size > sizeof line->data - line->used) abort();
    memcpy(line->data + line->used, data, size);
    line->used += size;
    return true;
}

/* A block of its own, so that nothing beyond can be read unseen. */
static uint8_t *exact(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size);
    if (copy == NULL) abort();
    if (size > 0u) memcpy(copy, data, size);
    return copy;
}

static void encode(const uint8_t *body, size_t size, struct line *line) {
    uint8_t *block = malloc(size + 4u);
    if (block == NULL) abort();
    if (size > 0u) memcpy(block, body, size);
    line->used = 0;
    if (!ef_frame_send(block, size, collect, line)) abort();
    if (line->used < 3u || line->used > EF_FRAME_STUFFED(size + 4u) + 2u) abort();
    if (line->data[0] != 0u || line->data[line->used - 1u] != 0u) abort();
    if (memchr(line->data + 1, 0, line->used - 2u) != NULL) abort();
    free(block);
}

static void round_trip(const uint8_t *body, size_t size) {
    static struct line line;
    encode(body, size, &line);
    uint8_t *frame = exact(line.data + 1, line.used - 2u);
    const size_t decoded = ef_frame_decode(frame, line.used - 2u);
    if (size >= 2u && (decoded != size || memcmp(frame, body, size) != 0)) abort();
    if (size < 2u && decoded != 0u) abort(); /* no sequence or no code */
    free(frame);
}

static void decode(const uint8_t *data, size_t size) {
    uint8_t *frame = exact(data, size);
    const size_t decoded = ef_frame_decode(frame, size);
    if (decoded > size) abort();
    if (decoded > 0u) round_trip(frame, decoded);
    free(frame);
}

/* One byte of a good frame dropped, doubled or changed: refused, or (once in 2^32) another frame that holds. */
static void damage(const uint8_t *body, size_t size, uint8_t where, uint8_t what) {
    static struct line line;
    encode(body, size, &line);
    const size_t length = line.used - 2u, at = 1u + where * length / 256u;
    switch (what % 3u) {
        case 0: line.data[at] = (uint8_t)(line.data[at] + 1u + what / 3u); break;
        case 1: memmove(line.data + at, line.data + at + 1u, line.used - at - 1u); line.used -= 1u; break;
        default: memmove(line.data + at + 1u, line.data + at, line.used - at - 1u); break;
    }
    decode(line.data + 1, line.used - 2u);
}

/* Fields of the kinds that the server reads, in the order that the bytes choose. */
static void read_fields(const uint8_t *data, size_t size, uint8_t order) {
    uint8_t *payload = exact(data, size);
    struct ef_reader reader = ef_reader_of(payload, size);
    for (unsigned n = 0; n < 64u && !reader.failed; ++n) {
        const unsigned kind = (unsigned)order >> n % 7u & 3u;
        if (kind == 0u) (void)ef_reader_number(&reader, 1u + n % 4u);
        const struct ef_span span = kind == 1u ? ef_reader_text(&reader) : ef_reader_take(&reader, kind == 2u ? n : 0u);
        if (span.size > 0u && (span.data < payload || span.data + span.size > payload + size)) abort();
        if (ef_span_is(span, "interpreter") && span.size != 11u) abort();
        if (kind == 3u && ef_reader_done(&reader)) break;
    }
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3u || size > BODY_MAX) return 0;
    const uint8_t *body = data + 3;
    const size_t left = size - 3u, half = left * data[1] / 256u;
    switch (data[0] & 3u) {
        case 0: decode(body, left); break;
        case 1: round_trip(body, left); break;
        case 2: damage(body, left, data[1], data[2]); break;
        default: read_fields(body, left, data[2]); break;
    }
    if (ef_frame_crc(0, body, left) != ef_frame_crc(ef_frame_crc(0, body, half), body + half, left - half)) abort();
    return 0;
}
