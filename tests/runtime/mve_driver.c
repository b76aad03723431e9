/* Runs tuned kernels on their own, on QEMU's mps3-an547: calls from stdin, outputs to stdout (semihosting).
 * A call: function (its place in the list below), output bytes, scratch bytes, record bytes, inputs, then the record, then
 * for each input its bytes (0: NULL) and content. All uint32. The answer: bytes written beside output and scratch,
 * instructions, and the output. Inputs begin at multiples of 16 and end at the end of a block of 16. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "ef_tuned_mve.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define GUARD 64u

extern uint32_t stack_end[];
void _start(void);
void reset(void);
void fault(void);

typedef void kernel(const struct ef_call *call);
static kernel *const kernels[] = {
#include "mve_kernels.inc"
};

static uint8_t memory[1u << 21] __attribute__((aligned(16)));
static size_t used;

static uint8_t *take(size_t bytes) {
    uint8_t *begin = memory + used;
    used += (bytes + 15u) & ~(size_t)15u;
    return begin;
}

static uint8_t *guarded(size_t bytes) {
    const size_t whole = ((bytes + 15u) & ~(size_t)15u) + 2u * GUARD;
    uint8_t *begin = take(whole);
    memset(begin, 0xa5, whole);
    return begin + GUARD;
}

static uint32_t touched(const uint8_t *begin, size_t bytes) {
    uint32_t count = 0;
    for (size_t i = 0; i < GUARD; i++) count += (begin[-1 - (int)i] != 0xa5) + (begin[bytes + i] != 0xa5);
    return count;
}

static uint32_t number(void) {
    uint32_t value;
    return fread(&value, 4, 1, stdin) == 1 ? value : UINT32_MAX;
}

int main(void) {
    for (;;) {
        const uint32_t function = number();
        if (function == UINT32_MAX) break;
        const uint32_t out_bytes = number(), scratch_bytes = number(), record_bytes = number(), count = number();
        const void *inputs[8] = {NULL};
        used = 0;
        uint8_t *record = take(record_bytes);
        if (fread(record, 1, record_bytes, stdin) != record_bytes) return 2;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t bytes = number();
            if (bytes == 0) continue;
            uint8_t *content = take(bytes);
            if (fread(content, 1, bytes, stdin) != bytes) return 2;
            inputs[i] = content;
        }
        uint8_t *out = guarded(out_bytes), *scratch = guarded(scratch_bytes);
        void *outputs[] = {out};
        const struct ef_call call = {record, scratch, inputs, outputs};
        const uint32_t begin = REGISTER(0x58000000u);
        kernels[function](&call);
        const uint32_t ticks = REGISTER(0x58000000u) - begin; /* of 31.25 ns; 64 ns an instruction */
        const uint32_t answer[2] = {touched(out, out_bytes) + touched(scratch, scratch_bytes),
                                    (uint32_t)((uint64_t)ticks * 125u / 256u)};
        fwrite(answer, 4, 2, stdout);
        fwrite(out, 1, out_bytes, stdout);
    }
    return 0;
}

void reset(void) {
    REGISTER(0xE000ED88u) |= 0xFu << 20; /* floating point and MVE */
    __asm__ volatile("dsb\n isb");
    REGISTER(0x58100000u) = 1; /* the counter */
    _start();
}

void fault(void) {
    static const uint32_t reason[2] = {0x20023u, 99u}; /* SYS_EXIT_EXTENDED, run-time error */
    __asm__ volatile("mov r0, #0x20\n mov r1, %0\n bkpt 0xab" ::"r"(reason) : "r0", "r1", "memory");
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_end, (const void *)reset, (const void *)fault, (const void *)fault,
    (const void *)fault, (const void *)fault, (const void *)fault,
};
