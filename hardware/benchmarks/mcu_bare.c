/* The smallest program around one model: start-up, the model, its kernels, and nothing of the link. It is what sizes are
 * taken from. With MEASURE it runs the model, counts instructions and stack, and says so on UART 0.
 *
 * SUBJECT names a header that brings the model:
 *     static void subject_prepare(void);                    once; nothing for a model built ahead of time
 *     static void subject_invoke(void);
 *     static uint8_t *subject_input(uint32_t *bytes);       the first input
 *     static const uint8_t *subject_output(uint32_t *bytes);
 *     static uint32_t subject_arena_bytes(void);            after subject_prepare() */
#include <stddef.h>
#include <stdint.h>

#include "registers.h"
#include SUBJECT

#ifdef MEASURE
#include "counter.h"

#define PAINT 0x5AC3A55Au
#define SEPARATE __attribute__((noinline, noipa))

/* Where the plugin of edgeflow's cycle estimate begins and ends to count. */
SEPARATE void measured_begin(void) { __asm volatile("" ::: "memory"); }
SEPARATE void measured_end(void) { __asm volatile("" ::: "memory"); }

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
    uint32_t state = 1u, bytes;
    uint8_t *input = subject_input(&bytes);
    for (uint32_t i = 0; i < bytes; i++) {
        state = state * 1664525u + 1013904223u;
        input[i] = (uint8_t)(state >> 24);
    }
}

static uint64_t measure(void) {
    fill();
    const uint64_t begin = counter_now(), middle = counter_now();
    subject_invoke();
    return (counter_now() - middle) - (middle - begin);
}

/* From here on down the stack is free; not inlined, so that nothing of measure() lies above. */
SEPARATE static uint32_t *paint(void) {
    uint32_t *top;
    __asm volatile("mov %0, sp" : "=r"(top));
    for (volatile uint32_t *word = link_stack_start; word < top; word++) *word = PAINT;
    return top;
}

static uint64_t used(const uint32_t *top) {
    const uint32_t *word = link_stack_start;
    while (word < top && *word == PAINT) word++;
    return (uint64_t)((uintptr_t)top - (uintptr_t)word);
}

static void run(void) {
    uint32_t crc = 0, bytes;
    counter_begin();
    UART_DIVIDER = 16;
    UART_CONTROL = UART_CONTROL_SEND;
    uint32_t *top = paint();
    const uint64_t begin = counter_now(), middle = counter_now();
    subject_prepare();
    const uint64_t init = (counter_now() - middle) - (middle - begin);
    say("init_stack ", used(top));
    say("init ", init);
    say("arena ", subject_arena_bytes());
    const uint64_t first = measure();
    fill();
    top = paint();
    subject_invoke();
    say("stack ", used(top));
    const uint64_t second = measure();
    const uint8_t *output = subject_output(&bytes);
    for (uint32_t i = 0; i < bytes; i++) crc = crc * 31u + output[i];
    say("first ", first);
    say("second ", second);
    say("digest ", crc);
    fill();
    measured_begin();
    subject_invoke();
    measured_end();
    say("end ", 0u);
    for (;;) __asm volatile("wfi");
}
#else
static void run(void) {
    subject_prepare();
    for (;;) subject_invoke();
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
