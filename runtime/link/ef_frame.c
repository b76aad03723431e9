/* COBS frames with CRC-32. Refuses, by returning 0, whatever is not exactly one frame. */
#include "ef_frame.h"

#include <string.h>

#include "ef_load.h"

#define RUN_MAX 254u
#define PIECE_BYTES 256u

struct piece {
    ef_frame_sink sink;
    void *context;
    size_t used;
    uint8_t data[PIECE_BYTES];
};

uint32_t ef_frame_crc(uint32_t crc, const uint8_t *data, size_t size) {
    /* one entry per half byte: 64 bytes of table for a third of the bitwise time */
    static const uint32_t table[16] = {
        0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
        0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu,
    };
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return ~crc;
}

size_t ef_frame_decode(uint8_t *frame, size_t size) {
    size_t in = 0, out = 0;
    while (in < size) {
        size_t run = frame[in];
        if (run == 0u || run > size - in)
            return 0;
        memmove(frame + out, frame + in + 1, run - 1u);
        out += run - 1u;
        in += run;
        if (run < RUN_MAX + 1u && in < size)
            frame[out++] = 0;
    }
    if (out < EF_FRAME_OVERHEAD || ef_load_u32(frame + out - 4) != ef_frame_crc(0, frame, out - 4u))
        return 0;
    return out - 4u;
}

static bool flush(struct piece *piece) {
    size_t used = piece->used;
    piece->used = 0;
    return used == 0u || piece->sink(piece->context, piece->data, used);
}

static bool put(struct piece *piece, uint8_t first, const uint8_t *data, size_t size) {
    if (piece->used + 1u + size > PIECE_BYTES && !flush(piece))
        return false;
    piece->data[piece->used++] = first;
    if (size > 0u)
        memcpy(piece->data + piece->used, data, size);
    piece->used += size;
    return true;
}

bool ef_frame_send(uint8_t *body, size_t size, ef_frame_sink sink, void *context) {
    struct piece piece = {sink, context, 0, {0}};
    ef_store_u32(body + size, ef_frame_crc(0, body, size));
    size += 4u;
    if (!put(&piece, 0, NULL, 0))
        return false;
    size_t at = 0;
    for (;;) {
        size_t run = 0;
        while (run < RUN_MAX && at + run < size && body[at + run] != 0u)
            run++;
        if (!put(&piece, (uint8_t)(run + 1u), body + at, run))
            return false;
        at += run;
        if (at == size)
            break;
        if (run < RUN_MAX)
            at++; /* the zero that the code byte stands for */
    }
    return put(&piece, 0, NULL, 0) && flush(&piece);
}
