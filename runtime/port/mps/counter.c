/* A timer tick is shorter than an instruction, so the number of instructions follows from the ticks exactly, provided
 * that both began together. */
#include "../bare/counter.h"

#include "registers.h"

#define INSTRUCTION_NS 64u

static uint64_t base;     /* instructions before the last alignment */
static uint64_t excluded; /* by interrupt handlers */

#ifdef BOARD_TIMER

#define TIMER_CONTROL REGISTER(BOARD_TIMER + 0x00)
#define TIMER_VALUE REGISTER(BOARD_TIMER + 0x04)
#define TIMER_RELOAD REGISTER(BOARD_TIMER + 0x08)

static uint64_t ticks;  /* since the alignment */
static uint32_t before; /* the timer when it was read last */

static void restart(void) {
    TIMER_CONTROL = 0;
    TIMER_RELOAD = 0xFFFFFFFFu;
    TIMER_VALUE = 0xFFFFFFFFu;
    TIMER_CONTROL = 1;
    ticks = 0;
    before = 0xFFFFFFFFu;
}

static uint64_t since(void) {
    uint32_t value = TIMER_VALUE; /* counts down */
    ticks += before - value;
    before = value;
    /* QEMU's timer steps after a tick, not with it: after n instructions it stands at ceil(n * 64 ns / tick) - 1 */
    return (ticks + 1u) * BOARD_TIMER_NS / INSTRUCTION_NS;
}

#else /* the SSE-300's system counter, 31.25 ns */

#define COUNTER_CONTROL REGISTER(BOARD_COUNTER + 0x00)
#define STAMP_LOW REGISTER(BOARD_TIMESTAMP + 0x00)
#define STAMP_HIGH REGISTER(BOARD_TIMESTAMP + 0x04)

static uint64_t first;

static uint64_t stamp(void) {
    uint32_t high, low;
    do {
        high = STAMP_HIGH;
        low = STAMP_LOW;
    } while (high != STAMP_HIGH);
    return (uint64_t)high << 32 | low;
}

static void restart(void) {
    COUNTER_CONTROL = 0;
    first = stamp();
    COUNTER_CONTROL = 1;
}

static uint64_t since(void) {
    /* it stands at floor(n * 64 ns / tick) */
    return ((stamp() - first) * 125u + 4u * INSTRUCTION_NS - 1u) / (4u * INSTRUCTION_NS);
}

#endif

void counter_begin(void) {
    base = 0;
    excluded = 0;
    restart();
}

uint64_t counter_now(void) {
    uint32_t masked; /* a handler that counts as well must not come in between */
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(masked)::"memory");
    uint64_t now = base + since() - excluded;
    __asm volatile("msr primask, %0" ::"r"(masked) : "memory");
    return now;
}

void counter_exclude(uint64_t instructions) {
    excluded += instructions;
}

void counter_align(void) {
    __asm volatile("cpsid i" ::: "memory");
    base += since();
    restart();
    __asm volatile("cpsie i" ::: "memory");
}
