/* What the ports need of a RISC-V core in machine mode with one hart, a CLINT and a PLIC. */
#ifndef ARCH_H
#define ARCH_H

#include <stdint.h>

#include "board.h"
#include "memory.h"

/* CSR instructions are an extension of their own since the ISA manual of 2019; compilers differ in when they allow them. */
#define CSR(instruction) ".option push\n\t.option arch, +zicsr\n\t" instruction "\n\t.option pop"

#define CLINT_SOFTWARE REGISTER(BOARD_CLINT)
#define PLIC_PRIORITY(irq) REGISTER(BOARD_PLIC + 4 * (irq))
#define PLIC_ENABLE(irq) REGISTER(BOARD_PLIC + 0x2000 + 4 * ((irq) / 32))
#define PLIC_CLAIM REGISTER(BOARD_PLIC + 0x200004)
#define MSTATUS_INTERRUPTS 8u
#define MIE_SOFTWARE (1u << 3)
#define MIE_EXTERNAL (1u << 11)

/* Keep interrupts away; returns what arch_restore() takes. */
static inline uint32_t arch_mask(void) {
    uint32_t before;
    __asm volatile(CSR("csrrci %0, mstatus, 8") : "=r"(before)::"memory");
    return before & MSTATUS_INTERRUPTS;
}

static inline void arch_restore(uint32_t before) {
    __asm volatile(CSR("csrs mstatus, %0") ::"r"(before) : "memory");
}

/* With interrupts masked: until one is pending. */
static inline void arch_sleep(void) {
    __asm volatile("wfi" ::: "memory");
}

static inline void arch_enable(uint32_t irq) {
    PLIC_PRIORITY(irq) = 1;
    PLIC_ENABLE(irq) = 1u << (irq % 32u);
    __asm volatile(CSR("csrs mie, %0") ::"r"(MIE_EXTERNAL | MIE_SOFTWARE) : "memory");
    __asm volatile(CSR("csrs mstatus, %0") ::"r"(MSTATUS_INTERRUPTS) : "memory");
}

/* Raise an interrupt that goes the UART's way (1), or do the same instructions in vain (0). */
static inline void arch_pend(uint32_t pending) {
    CLINT_SOFTWARE = pending;
    __asm volatile("nop\n\tnop" ::: "memory");
}

#endif /* ARCH_H */
