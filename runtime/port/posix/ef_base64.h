/* Base64 (RFC 4648, section 4), strictly: no foreign characters, whole groups, padding where it belongs. */
#ifndef EF_BASE64_H
#define EF_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define EF_BASE64_TEXT(bytes) (((bytes) + 2u) / 3u * 4u)

/* Decode `size` characters. Returns the number of bytes; SIZE_MAX where they are no base64 or exceed `capacity`. */
size_t ef_base64_decode(const char *text, size_t size, uint8_t *data, size_t capacity);

/* Encode; `text` takes EF_BASE64_TEXT(size) characters and a terminator. */
void ef_base64_encode(const uint8_t *data, size_t size, char *text);

#endif /* EF_BASE64_H */
