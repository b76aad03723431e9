/* See ../../README.md. Waiting for a semaphore is when the interrupt comes. */
#ifndef ZEPHYR_KERNEL_H
#define ZEPHYR_KERNEL_H

#include <zephyr/drivers/uart.h>

struct k_sem {
    unsigned count, limit;
};
#define K_SEM_DEFINE(name, initial, most) struct k_sem name = {initial, most}
typedef struct {
    int64_t ticks;
} k_timeout_t;
#define K_FOREVER ((k_timeout_t){-1})

static inline void k_sem_give(struct k_sem *semaphore) {
    if (semaphore->count < semaphore->limit)
        semaphore->count++;
}
static inline int k_sem_take(struct k_sem *semaphore, k_timeout_t timeout) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)timeout;
    while (semaphore->count == 0u) {
        (void)poll(&input, 1, -1);
        stub_callback(stub_device, stub_user);
    }
    semaphore->count--;
    return 0;
}
static inline int32_t k_msleep(int32_t ms) {
    (void)ms;
    return 0;
}
#define STUB_HZ 480000000u
static inline int sys_clock_hw_cycles_per_sec(void) { return (int)STUB_HZ; }
static inline int64_t k_uptime_get(void) { return (int64_t)(line_us() / 1000u); }
static inline uint32_t k_cycle_get_32(void) { return (uint32_t)(line_us() * (STUB_HZ / 1000000u)); }

#endif
