/* Instructions since start, from an emulator that gives each instruction 64 ns (QEMU's -icount shift=6). */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

#define COUNTER_HZ 15625000u /* instructions in a second of the emulator's time */

void counter_begin(void);

/* Exact since counter_align(). The MPS2 timers go round after 2.6e9 instructions: read more often than that. */
uint64_t counter_now(void);

/* From an interrupt handler: these instructions are not to count. */
void counter_exclude(uint64_t instructions);

/* After sleeping, when time has passed that was no instructions: let the timer start at an instruction's edge again. */
void counter_align(void);

#endif /* COUNTER_H */
