/* Facts of Arm's MPS2 and MPS3 FPGA images, as QEMU plays them. One of the EF_BOARD_ macros is set by the build; also
 * read by the preprocessor for the linker script, so there are only macros here.
 *
 * Sources: Arm application notes DAI 0385, 0386, 0500, 0505, 0547; QEMU's machine memory maps. */
#ifndef BOARD_H
#define BOARD_H

#if defined(EF_BOARD_MPS2_AN385) || defined(EF_BOARD_MPS2_AN386) || defined(EF_BOARD_MPS2_AN500)
#define BOARD_FLASH 0x00000000 /* SSRAM1, plain RAM that stands for flash */
#define BOARD_FLASH_BYTES 0x400000
#define BOARD_RAM 0x20000000 /* SSRAM2 and 3 */
#define BOARD_RAM_BYTES 0x400000
#ifdef EF_BOARD_MPS2_AN500
#define BOARD_SLOTS 0x60000000 /* PSRAM */
#else
#define BOARD_SLOTS 0x21000000
#endif
#define BOARD_UART 0x40004000
#define BOARD_UART_IRQ 0
#define BOARD_TIMER 0x40000000
#define BOARD_TIMER_NS 40 /* 25 MHz */
#elif defined(EF_BOARD_MPS2_AN505)
#define BOARD_FLASH 0x10000000 /* SSRAM0, secure alias */
#define BOARD_FLASH_BYTES 0x400000
#define BOARD_RAM 0x38000000
#define BOARD_RAM_BYTES 0x400000
#define BOARD_SLOTS 0x80000000 /* PSRAM */
#define BOARD_UART 0x50200000
#define BOARD_UART_IRQ 32
#define BOARD_TIMER 0x50000000
#define BOARD_TIMER_NS 50 /* 20 MHz */
#elif defined(EF_BOARD_MPS3_AN547)
#define BOARD_FLASH 0x00000000 /* ITCM */
#define BOARD_FLASH_BYTES 0x80000
#define BOARD_RAM 0x21000000 /* SRAM2 */
#define BOARD_RAM_BYTES 0x400000
#define BOARD_SLOTS 0x60000000 /* DDR, the first part of it */
#define BOARD_UART 0x59303000
#define BOARD_UART_IRQ 33
#define BOARD_COUNTER 0x58100000   /* SSE-300 system counter, control frame */
#define BOARD_TIMESTAMP 0x58000000 /* SSE-300 system timer 0: the counter's value, 32 MHz */
#else
#error "name the board: -DEF_BOARD_MPS2_AN386 or another of board.h"
#endif

#define BOARD_INTERRUPTS 48
#define BOARD_SLOTS_BYTES 0x1000000
#define BOARD_STACK_BYTES 0x8000

#define BOARD_PAYLOAD_BYTES 2064 /* blocks of 2048 bytes and their head */
#define BOARD_WINDOW 4
#define BOARD_RING_BYTES 16384
#define BOARD_SAMPLES 512
#define BOARD_OPERATORS 512

#define BOARD_TICKS_HZ 15625000u /* 64 ns an instruction */
#define BOARD_TICKS_ARE_INSTRUCTIONS true

#endif /* BOARD_H */
