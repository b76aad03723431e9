/* Clock and UART of an nRF51822; it has a receive FIFO of six bytes. */
#include "arch.h"
#include "bare.h"
#include "receive.h"

#define CLOCK_START REGISTER(0x40000000)
#define CLOCK_STARTED REGISTER(0x40000100)

#define UART_START_RECEIVE REGISTER(BOARD_UART + 0x000)
#define UART_START_SEND REGISTER(BOARD_UART + 0x008)
#define UART_RECEIVED REGISTER(BOARD_UART + 0x108)
#define UART_SENT REGISTER(BOARD_UART + 0x11C)
#define UART_INTERRUPT_SET REGISTER(BOARD_UART + 0x304)
#define UART_ENABLE REGISTER(BOARD_UART + 0x500)
#define UART_SENDS REGISTER(BOARD_UART + 0x50C)
#define UART_RECEIVES REGISTER(BOARD_UART + 0x514)
#define UART_READ REGISTER(BOARD_UART + 0x518)
#define UART_WRITE REGISTER(BOARD_UART + 0x51C)
#define UART_BAUD REGISTER(BOARD_UART + 0x524)
#define UART_ENABLE_ON 4u
#define UART_BAUD_115200 0x01D7E000u
#define UART_INTERRUPT_RECEIVED (1u << 2)

void board_begin(void) {
    CLOCK_START = 1; /* the crystal: the UART and the timer take their rate from it */
    while (CLOCK_STARTED == 0u) {
    }
}

void uart_begin(void) {
    UART_SENDS = BOARD_UART_SENDS;
    UART_RECEIVES = BOARD_UART_RECEIVES;
    UART_BAUD = UART_BAUD_115200;
    UART_ENABLE = UART_ENABLE_ON;
    UART_RECEIVED = 0;
    UART_INTERRUPT_SET = UART_INTERRUPT_RECEIVED;
    UART_START_RECEIVE = 1;
    UART_START_SEND = 1;
    arch_enable(BOARD_UART_IRQ);
}

void uart_send(uint8_t byte) {
    UART_SENT = 0;
    UART_WRITE = byte;
    while (UART_SENT == 0u) {
    }
}

void uart_drain(void) {
    while (UART_RECEIVED != 0u) {
        UART_RECEIVED = 0; /* set again while the FIFO holds more */
        receive_byte((uint8_t)UART_READ);
    }
}
