/* TIM2, 32 bits. In the emulator one of its ticks is one instruction. */
#include "arch.h"
#include "bare.h"

#define TIMER 0x40000000
#define TIMER_CONTROL REGISTER(TIMER + 0x00)
#define TIMER_EVENT REGISTER(TIMER + 0x14)
#define TIMER_VALUE REGISTER(TIMER + 0x24)
#define TIMER_PRESCALER REGISTER(TIMER + 0x28)
#define TIMER_RELOAD REGISTER(TIMER + 0x2C)

#ifdef EF_EMULATED
#define PRESCALER 63u /* QEMU's timer counts nanoseconds, an instruction takes 64 */
#else
#define PRESCALER 0u
#endif

static uint64_t ticks;
static uint32_t before;
static uint64_t excluded; /* by interrupt handlers */

void counter_begin(void) {
    TIMER_PRESCALER = PRESCALER;
    TIMER_RELOAD = 0xFFFFFFFFu;
    TIMER_EVENT = 1u; /* take both over */
    TIMER_CONTROL = 1u;
    ticks = 0;
    excluded = 0;
    before = TIMER_VALUE;
}

/* Goes round after 4.2e9 instructions or 51 s of silicon: read more often than that. */
uint64_t counter_now(void) {
    uint32_t masked = arch_mask(); /* a handler that counts as well must not come in between */
    uint32_t value = TIMER_VALUE;
    ticks += value - before;
    before = value;
    uint64_t now = ticks - excluded;
    arch_restore(masked);
    return now;
}

void counter_exclude(uint64_t count) {
#ifdef EF_EMULATED
    excluded += count;
#else
    (void)count;
#endif
}

void counter_align(void) {} /* a tick is an instruction, whatever the phase */
