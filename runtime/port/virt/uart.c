/* 16550A UART, and the machine's reset. */
#include "arch.h"
#include "bare.h"
#include "receive.h"

#define UART(offset) (*(volatile uint8_t *)(uintptr_t)(BOARD_UART + (offset)))
#define UART_DATA UART(0)
#define UART_INTERRUPT UART(1)
#define UART_FIFO UART(2)
#define UART_STATE UART(5)
#define UART_INTERRUPT_RECEIVED 1u
#define UART_FIFO_ON 1u
#define UART_STATE_RECEIVED 1u
#define UART_STATE_SENDABLE (1u << 5)
#define RESET_REQUEST 0x7777u

void board_begin(void) {}

void uart_begin(void) {
    UART_FIFO = UART_FIFO_ON;
    UART_INTERRUPT = UART_INTERRUPT_RECEIVED;
    arch_enable(BOARD_UART_IRQ);
}

void uart_send(uint8_t byte) {
    while (!(UART_STATE & UART_STATE_SENDABLE)) {
    }
    UART_DATA = byte;
}

void uart_drain(void) {
    while (UART_STATE & UART_STATE_RECEIVED)
        receive_byte(UART_DATA);
}

void start_again(void) {
    REGISTER(BOARD_RESET) = RESET_REQUEST;
    for (;;) {
    }
}
