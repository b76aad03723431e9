/* Frames on the link: sequence u8, code u8, payload, CRC-32 u32, stuffed by COBS between two zero bytes.
 *
 * What lies between zeros and is no valid frame is console text or damage; decoding refuses it and nothing else
 * needs to be known about it. Frame bytes are hostile: no length in them is trusted. */
#ifndef EF_FRAME_H
#define EF_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EF_FRAME_OVERHEAD 6u /* sequence, code, CRC-32; without stuffing and zeros */

/* Bytes that a body of `size` bytes needs at most when stuffed, without the two zeros. */
#define EF_FRAME_STUFFED(size) ((size) + (size) / 254u + 1u)

/* Takes `size` bytes; returns false when they cannot be sent. */
typedef bool (*ef_frame_sink)(void *context, const uint8_t *data, size_t size);

/* zlib's CRC-32 of `size` bytes, continued from `crc` (0 to begin with). */
uint32_t ef_frame_crc(uint32_t crc, const uint8_t *data, size_t size);

/* Undoes COBS in place and checks the CRC. `frame` is what stood between two zeros.
 * Returns the size of sequence + code + payload, 0 where the bytes are no whole frame. */
size_t ef_frame_decode(uint8_t *frame, size_t size);

/* Appends the CRC to `body` (sequence, code, payload: `size` bytes, room for 4 more) and sends it stuffed between
 * two zeros, in pieces of at most 256 bytes. Returns what the sink returned. */
bool ef_frame_send(uint8_t *body, size_t size, ef_frame_sink sink, void *context);

#endif /* EF_FRAME_H */
