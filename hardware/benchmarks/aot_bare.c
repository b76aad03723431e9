/* The smallest program around a model built ahead of time under the name `m`: start-up, the model, its kernels. With
 * MEASURE it counts instructions and stack and says so on UART 0; without, it is what the sizes are taken from. */
#include "m.h"
#include "registers.h"

static uint64_t arena[M_ARENA_WORDS];

#ifdef MEASURE
#include "counter.h"

#define PAINT 0x5AC3A55Au

static void say(const char *name, uint64_t value) {
    char digits[21];
    char *at = digits + sizeof digits;
    *--at = '\0';
    do {
        *--at = (char)('0' + value % 10u);
        value /= 10u;
    } while (value > 0u);
    for (; *name != '\0'; name++) UART_DATA = (uint32_t)*name;
    for (; *at != '\0'; at++) UART_DATA = (uint32_t)*at;
    UART_DATA = '\n';
}

static void fill(void) {
    uint32_t state = 1u;
    uint8_t *input = (uint8_t *)M_INPUT_0(arena);
    for (uint32_t i = 0; i < M_INPUT_0_BYTES; i++) {
        state = state * 1664525u + 1013904223u;
        input[i] = (uint8_t)(state >> 24);
    }
}

static uint64_t measure(void) {
    fill();
    const uint64_t begin = counter_now(), middle = counter_now();
    m_invoke(arena);
    return (counter_now() - middle) - (middle - begin);
}

/* From here on down the stack is free; not inlined, so that nothing of measure() lies above. */
static __attribute__((noinline)) uint32_t *paint(void) {
    uint32_t *top;
    __asm volatile("mov %0, sp" : "=r"(top));
    for (volatile uint32_t *word = link_stack_start; word < top; word++) *word = PAINT;
    return top;
}

static void run(void) {
    uint32_t crc = 0;
    counter_begin();
    UART_DIVIDER = 16;
    UART_CONTROL = UART_CONTROL_SEND;
    const uint64_t first = measure();
    uint32_t *const top = paint();
    m_invoke(arena);
    const uint32_t *word = link_stack_start;
    while (word < top && *word == PAINT) word++;
    say("stack ", (uint64_t)((uintptr_t)top - (uintptr_t)word));
    const uint64_t second = measure();
    for (uint32_t i = 0; i < M_OUTPUT_0_BYTES; i++) crc = crc * 31u + ((const uint8_t *)M_OUTPUT_0(arena))[i];
    say("first ", first);
    say("second ", second);
    say("digest ", crc);
    say("end ", 0u);
    for (;;) __asm volatile("wfi");
}
#else
static void run(void) {
    for (;;) m_invoke(arena);
}
#endif

static void stop(void) {
    for (;;) {
    }
}

static void reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    SYSTEM_COPROCESSORS |= 0xFu << 20;
    __asm volatile("dsb\n\tisb" ::: "memory");
#endif
    volatile uint8_t *to = link_data_start;
    for (const volatile uint8_t *from = link_data_load; to < link_data_end;) *to++ = *from++;
    for (to = link_bss_start; to < link_bss_end;) *to++ = 0;
    run();
}

void start_reset(void) __attribute__((alias("reset"))); /* the linker script's entry */

struct vectors {
    uint32_t *stack;
    void (*handler[15])(void);
};

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    link_stack_end, {reset, stop, stop, stop, stop, stop}};
