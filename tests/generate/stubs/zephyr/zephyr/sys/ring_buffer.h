/* See ../../../README.md. */
#ifndef ZEPHYR_RING_BUFFER_H
#define ZEPHYR_RING_BUFFER_H

#include <stdint.h>

struct ring_buf {
    uint8_t *data;
    uint32_t size, put, got;
};
#define RING_BUF_DECLARE(name, bytes) \
    static uint8_t name##_data[bytes]; \
    static struct ring_buf name = {name##_data, bytes, 0, 0}

static inline uint32_t ring_buf_put(struct ring_buf *ring, const uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    while (count < size && ring->put - ring->got < ring->size)
        ring->data[ring->put++ % ring->size] = data[count++];
    return count;
}
static inline uint32_t ring_buf_get(struct ring_buf *ring, uint8_t *data, uint32_t size) {
    uint32_t count = 0;
    while (count < size && ring->put != ring->got)
        data[count++] = ring->data[ring->got++ % ring->size];
    return count;
}

#endif
