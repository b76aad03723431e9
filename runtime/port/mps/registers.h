/* Registers of the MPS boards' UART and of the core, for programs with and without the link. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "../cortex_m/arch.h"

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

#endif /* REGISTERS_H */
