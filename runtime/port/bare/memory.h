/* Memory as bare metal sees it: registers at their addresses, and the linker script's symbols. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* Addresses and sizes that the linker script defines; only their addresses mean something. */
extern uint8_t link_data_start[], link_data_end[], link_data_load[], link_bss_start[], link_bss_end[];
extern uint8_t link_text_bytes[], link_static_bytes[], link_arena_start[], link_arena_bytes[];
extern uint32_t link_stack_start[], link_stack_end[];

#endif /* MEMORY_H */
