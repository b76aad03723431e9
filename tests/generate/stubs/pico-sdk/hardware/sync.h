/* See ../../README.md. */
#include "pico/stdlib.h"

static inline uint32_t save_and_disable_interrupts(void) { return 0; }
static inline void restore_interrupts(uint32_t state) { (void)state; }
