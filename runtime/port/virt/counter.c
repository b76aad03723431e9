/* The core's cycle counter, which in QEMU counts nanoseconds of the emulated time: 64 an instruction. (Its counter of
 * instructions counts these or nanoseconds, depending on QEMU's version.) */
#include "arch.h"
#include "bare.h"

#define INSTRUCTION_NS 64u

static uint64_t excluded; /* by interrupt handlers */

void counter_begin(void) {
    excluded = 0;
}

uint64_t counter_now(void) {
    uint32_t masked = arch_mask(); /* a handler that counts as well must not come in between */
    uint32_t low, high, again;
    do
        __asm volatile(CSR("csrr %0, mcycleh\n\tcsrr %1, mcycle\n\tcsrr %2, mcycleh")
                       : "=&r"(high), "=&r"(low), "=&r"(again));
    while (high != again);
    uint64_t now = ((uint64_t)high << 32 | low) / INSTRUCTION_NS - excluded;
    arch_restore(masked);
    return now;
}

void counter_exclude(uint64_t instructions) {
    excluded += instructions;
}

void counter_align(void) {} /* whatever the phase, it steps once an instruction */
