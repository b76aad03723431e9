/* nRF51822 (nRF51 reference manual 3.0, nRF51822 product specification), as on the first BBC micro:bit: 256 KB of flash
 * in pages of 1 KB, 16 KB of RAM, a Cortex-M0 at 16 MHz. Slots take the last 80 KB. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_FLASH 0x00000000
#define BOARD_FLASH_BYTES 0x2C000
#define BOARD_SLOTS 0x0002C000
#define BOARD_SLOTS_BYTES 0x14000
#define BOARD_SECTOR_BYTES 0x400
#define BOARD_RAM 0x20000000
#define BOARD_RAM_BYTES 0x4000
#define BOARD_STACK_BYTES 0xC00

#define BOARD_UART 0x40002000
#define BOARD_UART_IRQ 2
#define BOARD_UART_SENDS 24 /* P0.24 and P0.25: the interface chip of the micro:bit, which passes them on by USB */
#define BOARD_UART_RECEIVES 25
#define BOARD_INTERRUPTS 32

#define BOARD_PAYLOAD_BYTES 272 /* blocks of 256 bytes and their head */
#define BOARD_WINDOW 2
#define BOARD_RING_BYTES 1024
#define BOARD_SAMPLES 64
#define BOARD_OPERATORS 32

#ifdef EF_EMULATED
#define BOARD_TICKS_HZ 15625000u /* 64 ns an instruction */
#define BOARD_TICKS_ARE_INSTRUCTIONS true
#else
#define BOARD_TICKS_HZ 16000000u /* TIMER0, which is the core's own rate */
#define BOARD_TICKS_ARE_INSTRUCTIONS false
#endif

#endif /* BOARD_H */
