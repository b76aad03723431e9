/* TIMER0 at 16 MHz, 32 bits. An instruction of the emulator takes 64 ns, a tick 62.5: from the ticks since the timer was
 * cleared, at an instruction's edge, the number of instructions follows exactly. */
#include "arch.h"
#include "bare.h"

#define TIMER 0x40008000
#define TIMER_START REGISTER(TIMER + 0x000)
#define TIMER_STOP REGISTER(TIMER + 0x004)
#define TIMER_CLEAR REGISTER(TIMER + 0x00C)
#define TIMER_CAPTURE REGISTER(TIMER + 0x040)
#define TIMER_MODE REGISTER(TIMER + 0x504)
#define TIMER_BITS REGISTER(TIMER + 0x508)
#define TIMER_PRESCALER REGISTER(TIMER + 0x510)
#define TIMER_CAPTURED REGISTER(TIMER + 0x540)
#define TIMER_BITS_32 3u

static uint64_t ticks;
static uint64_t excluded; /* by interrupt handlers */
#ifndef EF_EMULATED
static uint32_t before;
#endif

void counter_begin(void) {
    TIMER_STOP = 1;
    TIMER_MODE = 0;
    TIMER_BITS = TIMER_BITS_32;
    TIMER_PRESCALER = 0;
    TIMER_CLEAR = 1;
    TIMER_START = 1;
    ticks = 0;
    excluded = 0;
}

/* Goes round after 4.1e9 instructions or 268 s of silicon: read more often than that. */
uint64_t counter_now(void) {
    uint32_t masked = arch_mask(); /* a handler that counts as well must not come in between */
    TIMER_CAPTURE = 1;
#ifdef EF_EMULATED
    TIMER_CLEAR = 1;
    ticks += ((uint64_t)TIMER_CAPTURED * 125u + 127u) / 128u; /* it stands at floor(n * 64 / 62.5) */
#else
    uint32_t value = TIMER_CAPTURED;
    ticks += value - before;
    before = value;
#endif
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

void counter_align(void) {
    (void)counter_now(); /* clears the timer, at an edge again */
}
