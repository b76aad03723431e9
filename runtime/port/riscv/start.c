/* From reset to the runner on a RISC-V core in machine mode. An exception says so on the console (the link takes it for
 * what it is, text between frames) and restarts the board. */
#include "arch.h"
#include "bare.h"
#include "receive.h"

#define CAUSE_INTERRUPT 0x80000000u

void start_reset(void);
void start_memory(void);
void start_trap(void);

static uint32_t cause(void) {
    uint32_t value;
    __asm volatile(CSR("csrr %0, mcause") : "=r"(value));
    return value;
}

static void fault(void) {
    static const char digit[] = "0123456789abcdef";
    uart_begin();
    uart_text("\nrunner: exception ");
    uart_send((uint8_t)digit[cause() & 15u]);
    uart_text("; restarting\n");
    start_again();
}

/* The software interrupt goes the way of the UART's, step by step, so that it costs the same. */
__attribute__((interrupt("machine"), aligned(4))) void start_trap(void) {
    if (!(cause() & CAUSE_INTERRUPT))
        fault();
    CLINT_SOFTWARE = 0;
    uint32_t claimed = PLIC_CLAIM;
    receive_interrupt();
    PLIC_CLAIM = claimed;
}

static void paint(void) {
    volatile uint32_t *end;
    __asm volatile("mv %0, sp" : "=r"(end));
    for (volatile uint32_t *word = link_stack_start; word < end; word++)
        *word = EF_PORT_STACK_PAINT;
}

void start_memory(void) {
    volatile uint8_t *to = link_data_start;
    for (const volatile uint8_t *from = link_data_load; to < link_data_end;)
        *to++ = *from++;
    for (to = link_bss_start; to < link_bss_end;)
        *to++ = 0;
    paint();
    __asm volatile(CSR("csrw mtvec, %0") ::"r"(start_trap));
    main_run();
    start_again();
}

__attribute__((naked, used, section(".vectors"))) void start_reset(void) {
    __asm volatile("la sp, link_stack_end\n\tj start_memory");
}
