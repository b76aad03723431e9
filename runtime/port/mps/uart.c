/* CMSDK UART with a receive ring: the interrupt writes, the runner reads, neither waits for the other. */
#include "uart.h"

#include "counter.h"
#include "registers.h"

#define RING_BYTES 16384u /* a power of two; more than a window of requests */

static volatile uint8_t ring[RING_BYTES];
static volatile uint32_t written; /* by the interrupt only */
static volatile uint32_t taken;   /* by the runner only */
static uint64_t entry;            /* instructions of entering and leaving the handler */

void uart_begin(void) {
    UART_DIVIDER = 16; /* the least that the UART takes: as fast as it goes */
    UART_CONTROL = UART_CONTROL_SEND | UART_CONTROL_RECEIVE | UART_CONTROL_RECEIVE_INTERRUPT;
    INTERRUPT_ENABLE(BOARD_UART_IRQ) = 1u << (BOARD_UART_IRQ % 32);
}

void uart_byte(uint8_t byte) {
    while (UART_STATE & UART_STATE_SEND_FULL) {
    }
    UART_DATA = byte;
}

void uart_text(const char *text) {
    while (*text != '\0')
        uart_byte((uint8_t)*text++);
}

/* Bytes may come while a model runs (a host that repeats itself); they must not show in its count. */
void uart_interrupt(void) {
    uint64_t begin = counter_now();
    UART_INTERRUPT_CLEAR = UART_INTERRUPT_RECEIVE;
    while (UART_STATE & UART_STATE_RECEIVED) {
        uint8_t byte = (uint8_t)UART_DATA;
        if (written - taken < RING_BYTES) {
            ring[written % RING_BYTES] = byte;
            written++;
        }
    }
    counter_exclude(counter_now() - begin + entry);
}

/* Not inlined: it must be the same instructions whatever `pending` is. */
static __attribute__((noinline)) uint64_t cost(uint32_t pending) {
    uint64_t begin = counter_now();
    INTERRUPT_PEND(BOARD_UART_IRQ) = pending;
    __asm volatile("dsb\n\tisb" ::: "memory");
    return counter_now() - begin;
}

void uart_calibrate(void) {
    INTERRUPT_ENABLE(BOARD_UART_IRQ) = 1u << (BOARD_UART_IRQ % 32);
    entry = 0;
    uint64_t without = cost(0);
    entry = cost(1u << (BOARD_UART_IRQ % 32)) - without;
}

size_t uart_take(uint8_t *data, size_t capacity) {
    size_t count = 0;
    while (count < capacity && taken != written) {
        data[count++] = ring[taken % RING_BYTES];
        taken++;
    }
    return count;
}

void uart_sleep(void) {
    /* an interrupt that comes between the test and WFI stays pending and ends WFI at once */
    __asm volatile("cpsid i" ::: "memory");
    if (taken == written)
        __asm volatile("wfi" ::: "memory");
    __asm volatile("cpsie i\n\tisb" ::: "memory");
}
