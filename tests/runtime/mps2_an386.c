/* Start-up of the batch driver on QEMU's mps2-an386 (Cortex-M4F): vectors, the FPU, a timer. Input and output go
 * through semihosting (newlib's rdimon), so `driver.c` is the same as on the host. */
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define TIMER 0x40000000u /* 25 MHz, counts down */

extern uint32_t stack_end[];
void _start(void);
void reset(void);
void fault(void);
uint32_t ef_driver_ticks(void);

void reset(void) {
    REGISTER(0xE000ED88u) |= 0xFu << 20; /* the FPU */
    __asm__ volatile("dsb\n isb");
    REGISTER(TIMER + 8u) = 0xffffffffu;
    REGISTER(TIMER + 4u) = 0xffffffffu;
    REGISTER(TIMER) = 1;
    _start();
}

void fault(void) {
    static const uint32_t reason[2] = {0x20023u, 99u}; /* SYS_EXIT_EXTENDED, run-time error */
    __asm__ volatile("mov r0, #0x20\n mov r1, %0\n bkpt 0xab" ::"r"(reason) : "r0", "r1", "memory");
    for (;;) {
    }
}

uint32_t ef_driver_ticks(void) { return ~REGISTER(TIMER + 4u); }

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_end, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault,
};
