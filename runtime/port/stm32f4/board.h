/* STM32F405 and STM32F407 (RM0090), e.g. the Netduino Plus 2: 1 MB of flash, 128 KB of SRAM in one piece; the 64 KB of CCM
 * are left to the application. Code gets the first six sectors of the flash (256 KB), slots the six of 128 KB behind.
 *
 * EF_USART chooses the UART: 1 (PA9, PA10) or 2 (PA2, PA3); 2 on the STM32F4DISCOVERY, whose PA9 is the USB's VBUS. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_FLASH 0x08000000
#define BOARD_FLASH_BYTES 0x40000
#define BOARD_SLOTS 0x08040000
#define BOARD_SLOTS_BYTES 0xC0000
#define BOARD_SECTOR_BYTES 0x20000
#define BOARD_FIRST_SECTOR 6 /* number of the slots' first sector */
#define BOARD_RAM 0x20000000
#define BOARD_RAM_BYTES 0x20000
#define BOARD_STACK_BYTES 0x2000

#ifndef EF_USART
#ifdef EF_BOARD_STM32F4_DISCOVERY
#define EF_USART 2
#else
#define EF_USART 1
#endif
#endif
#if EF_USART == 1
#define BOARD_UART 0x40011000
#define BOARD_UART_IRQ 37
#else
#define BOARD_UART 0x40004400
#define BOARD_UART_IRQ 38
#endif
#define BOARD_INTERRUPTS 82
#define BOARD_BAUD 115200

#define BOARD_PAYLOAD_BYTES 1040 /* blocks of 1024 bytes and their head */
#define BOARD_WINDOW 4
#define BOARD_RING_BYTES 8192
#define BOARD_SAMPLES 256
#define BOARD_OPERATORS 256

#ifdef EF_EMULATED
#define BOARD_TICKS_HZ 15625000u /* 64 ns an instruction */
#define BOARD_TICKS_ARE_INSTRUCTIONS true
#else
#define BOARD_TICKS_HZ 84000000u /* TIM2 */
#define BOARD_TICKS_ARE_INSTRUCTIONS false
#endif

#endif /* BOARD_H */
