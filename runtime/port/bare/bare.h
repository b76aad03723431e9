/* What a bare-metal port is made of. `main.c`, `receive.c` and the linker script here are the same for all; a port brings
 * the functions below and board.h with the facts:
 *
 *   BOARD_FLASH, BOARD_FLASH_BYTES       where code and constants go (what the slots leave)
 *   BOARD_RAM, BOARD_RAM_BYTES           one region: variables, arena, stack
 *   BOARD_STACK_BYTES
 *   BOARD_PAYLOAD_BYTES, BOARD_WINDOW    of the link; the receive ring takes a window of the largest requests
 *   BOARD_RING_BYTES                     a power of two
 *   BOARD_SAMPLES, BOARD_OPERATORS       what the board keeps of a measurement
 *   BOARD_UART_IRQ, BOARD_INTERRUPTS     the UART's interrupt, and how many there are (Cortex-M's vectors)
 *   BOARD_TICKS_HZ, BOARD_TICKS_ARE_INSTRUCTIONS
 *
 * EF_EMULATED is set when the image is for an emulator that gives each instruction the same time. */
#ifndef BARE_H
#define BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counter.h"
#include "ef_port.h"

/* The runner; returns when the host asks for a restart. */
void main_run(void);

/* Restart the board. */
void start_again(void);

/* Clocks. Called before all else. */
void board_begin(void);

/* Pins, the UART and its receive interrupt. Called once at start, and again by a fault to say so. */
void uart_begin(void);
void uart_send(uint8_t byte);
void uart_text(const char *text);
/* From the interrupt: give every received byte to receive_byte() and clear the cause. */
void uart_drain(void);

/* Name slots, erase and program in the port, or slots in RAM and no functions. */
void flash_begin(struct ef_port *port);

#endif /* BARE_H */
