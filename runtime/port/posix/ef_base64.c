/* Four characters are three bytes. Bits behind the last byte must be zero: a text has one spelling. */
#include "ef_base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t ef_base64_decode(const char *text, size_t size, uint8_t *data, size_t capacity) {
    size_t used = 0;
    if (size % 4u != 0u)
        return SIZE_MAX;
    for (size_t at = 0; at < size; at += 4u) {
        uint32_t bits = 0;
        unsigned count = 0;
        while (count < 4u && text[at + count] != '=') {
            const char *found = text[at + count] != '\0' ? strchr(alphabet, text[at + count]) : NULL;
            if (!found)
                return SIZE_MAX;
            bits = bits << 6 | (uint32_t)(found - alphabet);
            count++;
        }
        if (count < 4u && (at + 4u != size || count < 2u || (count == 2u && text[at + 3u] != '=')))
            return SIZE_MAX;
        bits <<= 6u * (4u - count);
        unsigned bytes = count - 1u;
        if ((bits & ((1u << 8u * (3u - bytes)) - 1u)) != 0u || bytes > capacity - used)
            return SIZE_MAX;
        for (unsigned i = 0; i < bytes; i++)
            data[used++] = (uint8_t)(bits >> (16u - 8u * i));
    }
    return used;
}

void ef_base64_encode(const uint8_t *data, size_t size, char *text) {
    for (size_t at = 0; at < size; at += 3u) {
        size_t bytes = size - at < 3u ? size - at : 3u;
        uint32_t bits = (uint32_t)data[at] << 16;
        bits |= bytes > 1u ? (uint32_t)data[at + 1u] << 8 : 0u;
        bits |= bytes > 2u ? data[at + 2u] : 0u;
        for (unsigned i = 0; i < 4u; i++)
            *text++ = i <= bytes ? alphabet[bits >> (18u - 6u * i) & 63u] : '=';
    }
    *text = '\0';
}
