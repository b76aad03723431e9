/* CMSDK UART. */
#include "bare.h"
#include "receive.h"
#include "registers.h"

void board_begin(void) {}

void uart_begin(void) {
    UART_DIVIDER = 16; /* the least that the UART takes: as fast as it goes */
    UART_CONTROL = UART_CONTROL_SEND | UART_CONTROL_RECEIVE | UART_CONTROL_RECEIVE_INTERRUPT;
    arch_enable(BOARD_UART_IRQ);
}

void uart_send(uint8_t byte) {
    while (UART_STATE & UART_STATE_SEND_FULL) {
    }
    UART_DATA = byte;
}

void uart_drain(void) {
    UART_INTERRUPT_CLEAR = UART_INTERRUPT_RECEIVE;
    while (UART_STATE & UART_STATE_RECEIVED)
        receive_byte((uint8_t)UART_DATA);
}
