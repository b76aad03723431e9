/* What the ports need of a Cortex-M core, the smallest included. */
#ifndef ARCH_H
#define ARCH_H

#include <stdint.h>

#include "../bare/memory.h"
#include "board.h"

#define SYSTEM_VECTORS REGISTER(0xE000ED08)
#define SYSTEM_RESET REGISTER(0xE000ED0C)
#define SYSTEM_RESET_REQUEST 0x05FA0004u
#define SYSTEM_FAULT_STATUS REGISTER(0xE000ED28) /* reads as 0 on ARMv6-M */
#define SYSTEM_COPROCESSORS REGISTER(0xE000ED88)
#define INTERRUPT_ENABLE(irq) REGISTER(0xE000E100 + 4 * ((irq) / 32))
#define INTERRUPT_PEND(irq) REGISTER(0xE000E200 + 4 * ((irq) / 32))

/* Keep interrupts away; returns what arch_restore() takes. */
static inline uint32_t arch_mask(void) {
    uint32_t before;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    return before;
}

static inline void arch_restore(uint32_t before) {
    __asm volatile("msr primask, %0\n\tisb" ::"r"(before) : "memory");
}

/* With interrupts masked: until one is pending. */
static inline void arch_sleep(void) {
    __asm volatile("wfi" ::: "memory");
}

static inline void arch_enable(uint32_t irq) {
    INTERRUPT_ENABLE(irq) = 1u << (irq % 32u);
}

/* Raise the UART's interrupt (1), or do the same instructions in vain (0). */
static inline void arch_pend(uint32_t pending) {
    INTERRUPT_PEND(BOARD_UART_IRQ) = pending << (BOARD_UART_IRQ % 32);
    __asm volatile("dsb\n\tisb" ::: "memory");
}

#endif /* ARCH_H */
