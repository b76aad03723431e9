/* A ring: the interrupt writes, the runner reads, neither waits for the other. */
#include "receive.h"

#include "arch.h"
#include "bare.h"
#include "board.h"

static volatile uint8_t ring[BOARD_RING_BYTES];
static volatile uint32_t written; /* by the interrupt only */
static volatile uint32_t taken;   /* by the runner only */
static uint64_t entry;            /* ticks of entering and leaving the handler */

/* Bytes may come while a model runs (a host that repeats itself); they must not show in its count. */
void receive_interrupt(void) {
    uint64_t begin = counter_now();
    uart_drain();
    counter_exclude(counter_now() - begin + entry);
}

void receive_byte(uint8_t byte) {
    if (written - taken < BOARD_RING_BYTES) {
        ring[written % BOARD_RING_BYTES] = byte;
        written++;
    }
}

/* Not inlined: it must be the same instructions whether an interrupt is pending or not. */
static __attribute__((noinline)) uint64_t cost(uint32_t pending) {
    uint64_t begin = counter_now();
    arch_pend(pending);
    return counter_now() - begin;
}

void receive_calibrate(void) {
    arch_enable(BOARD_UART_IRQ);
    entry = 0;
    uint64_t without = cost(0);
    entry = cost(1) - without;
}

size_t receive_take(uint8_t *data, size_t capacity) {
    size_t count = 0;
    while (count < capacity && taken != written) {
        data[count++] = ring[taken % BOARD_RING_BYTES];
        taken++;
    }
    return count;
}

void receive_sleep(void) {
    /* an interrupt that comes between the test and the sleep stays pending and ends it at once */
    uint32_t before = arch_mask();
    if (taken == written)
        arch_sleep();
    arch_restore(before);
}
