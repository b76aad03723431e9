/* From reset to the runner on a Cortex-M: floating point on, memory set up, stack painted. A fault says so on the console
 * (the link takes it for what it is, text between frames) and restarts the board. */
#include <stddef.h>

#include "arch.h"
#include "bare.h"
#include "receive.h"

void start_reset(void);

static void fault(void) {
    static const char digit[] = "0123456789abcdef";
    uint32_t status = SYSTEM_FAULT_STATUS;
    uart_begin();
    uart_text("\nrunner: fault, status ");
    for (unsigned shift = 32; shift > 0u; shift -= 4u)
        uart_send((uint8_t)digit[status >> (shift - 4u) & 15u]);
    uart_text("; restarting\n");
    start_again();
}

void start_again(void) {
    __asm volatile("dsb" ::: "memory");
    SYSTEM_RESET = SYSTEM_RESET_REQUEST;
    for (;;) {
    }
}

static void paint(void) {
    volatile uint32_t *end;
    __asm volatile("mov %0, sp" : "=r"(end));
    for (volatile uint32_t *word = link_stack_start; word < end; word++)
        *word = EF_PORT_STACK_PAINT;
}

void start_reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    SYSTEM_COPROCESSORS |= 0xFu << 20;
    __asm volatile("dsb\n\tisb" ::: "memory");
#endif
    volatile uint8_t *to = link_data_start;
    for (const volatile uint8_t *from = link_data_load; to < link_data_end;)
        *to++ = *from++;
    for (to = link_bss_start; to < link_bss_end;)
        *to++ = 0;
    paint();
    main_run();
    start_again();
}

struct vectors {
    uint32_t *stack;
    void (*handler[15u + BOARD_INTERRUPTS])(void);
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    link_stack_end,
    {
        [0] = start_reset,
        [1] = fault, /* NMI, then the faults */
        [2] = fault,
        [3] = fault,
        [4] = fault,
        [5] = fault,
        [6] = fault,
        [15 + BOARD_UART_IRQ] = receive_interrupt,
    },
};
