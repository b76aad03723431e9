/* Memory-mapped registers, and the linker script's symbols. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* CMSDK APB UART */
#define UART_DATA REGISTER(BOARD_UART + 0x00)
#define UART_STATE REGISTER(BOARD_UART + 0x04)
#define UART_CONTROL REGISTER(BOARD_UART + 0x08)
#define UART_INTERRUPT_CLEAR REGISTER(BOARD_UART + 0x0C)
#define UART_DIVIDER REGISTER(BOARD_UART + 0x10)
#define UART_STATE_SEND_FULL 1u
#define UART_STATE_RECEIVED 2u
#define UART_CONTROL_SEND 1u
#define UART_CONTROL_RECEIVE 2u
#define UART_CONTROL_RECEIVE_INTERRUPT 8u
#define UART_INTERRUPT_RECEIVE 2u

/* Cortex-M system control */
#define SYSTEM_VECTORS REGISTER(0xE000ED08)
#define SYSTEM_RESET REGISTER(0xE000ED0C)
#define SYSTEM_RESET_REQUEST 0x05FA0004u
#define SYSTEM_FAULT_STATUS REGISTER(0xE000ED28)
#define SYSTEM_COPROCESSORS REGISTER(0xE000ED88)
#define INTERRUPT_ENABLE(irq) REGISTER(0xE000E100 + 4 * ((irq) / 32))
#define INTERRUPT_PEND(irq) REGISTER(0xE000E200 + 4 * ((irq) / 32))

/* Addresses and sizes that the linker script defines; only their addresses mean something. */
extern uint8_t link_data_start[], link_data_end[], link_data_load[], link_bss_start[], link_bss_end[];
extern uint8_t link_text_bytes[], link_static_bytes[], link_arena_start[], link_arena_bytes[];
extern uint32_t link_stack_start[], link_stack_end[];

#endif /* REGISTERS_H */
