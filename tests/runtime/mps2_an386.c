/* Start-up of the batch driver on QEMU's MPS2 and MPS3 boards: vectors, the FPU, a timer. Input and output go
 * through semihosting (newlib's rdimon), so `driver.c` is the same as on the host. */
#include <stddef.h>
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#ifndef TIMER
#define TIMER 0x40000000u /* of the MPS2 boards: 25 MHz, counts down */
#endif

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

/* The heap: all of DATA but the last 64 KB, wherever the debugger's answer would put it. */
void *_sbrk(ptrdiff_t more) {
    extern char end[];
    static char *top = end;
    char *const made = top;
    if (more > (char *)stack_end - 65536 - top) return (void *)-1;
    top += more;
    return made;
}

uint32_t ef_driver_ticks(void) { return ~REGISTER(TIMER + 4u); }

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_end, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault,
};
