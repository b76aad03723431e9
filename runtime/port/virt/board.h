/* QEMU's RISC-V machine `virt` with one hart and 16 MB of RAM: no product, but real peripherals, a 16550A UART, CLINT,
 * PLIC and CFI flash (its second chip pair: two 16-bit chips side by side). Code runs from the first megabyte of RAM.
 *
 * Source: QEMU's docs/system/riscv/virt.rst and memory map. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_FLASH 0x80000000 /* RAM that stands for the flash that code runs from */
#define BOARD_FLASH_BYTES 0x100000
#define BOARD_RAM 0x80100000
#define BOARD_RAM_BYTES 0xF00000
#define BOARD_STACK_BYTES 0x8000
#define BOARD_SLOTS 0x22000000
#define BOARD_SLOTS_BYTES 0x2000000
#define BOARD_SECTOR_BYTES 0x40000

#define BOARD_UART 0x10000000
#define BOARD_UART_IRQ 10
#define BOARD_CLINT 0x02000000
#define BOARD_PLIC 0x0C000000
#define BOARD_RESET 0x00100000

#define BOARD_PAYLOAD_BYTES 2064 /* blocks of 2048 bytes and their head */
#define BOARD_WINDOW 4
#define BOARD_RING_BYTES 16384
#define BOARD_SAMPLES 512
#define BOARD_OPERATORS 512

#define BOARD_TICKS_HZ 15625000u /* 64 ns an instruction */
#define BOARD_TICKS_ARE_INSTRUCTIONS true

#endif /* BOARD_H */
