/* A board's clock: time on silicon, instructions since start in an emulator. */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

void counter_begin(void);

/* In units of BOARD_TICKS_HZ; what the counter can run before it must have been read again stands in its source. Interrupt
 * handlers may call it as well. */
uint64_t counter_now(void);

/* From an interrupt handler: this much is not to count. In an emulator a handler is no part of a model's instructions; on
 * silicon its time has passed. */
void counter_exclude(uint64_t ticks);

/* After sleeping, when time has passed that was no instructions. */
void counter_align(void);

#endif /* COUNTER_H */
