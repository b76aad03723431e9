/* Clocks, pins and the UART of an STM32F405. 168 MHz from the internal oscillator, so that no board's crystal matters. */
#include "arch.h"
#include "bare.h"
#include "receive.h"

#define RCC 0x40023800
#define RCC_CR REGISTER(RCC + 0x00)
#define RCC_PLLCFGR REGISTER(RCC + 0x04)
#define RCC_CFGR REGISTER(RCC + 0x08)
#define RCC_AHB1ENR REGISTER(RCC + 0x30)
#define RCC_APB1ENR REGISTER(RCC + 0x40)
#define RCC_APB2ENR REGISTER(RCC + 0x44)
#define RCC_CR_PLL_ON (1u << 24)
#define RCC_CR_PLL_READY (1u << 25)
#define RCC_PLL (8u | 168u << 6 | 7u << 24) /* 16 MHz / 8 * 168 / 2 */
#define RCC_BUSES (5u << 10 | 4u << 13)     /* APB1 42 MHz, APB2 84 MHz */
#define RCC_SWITCH_PLL 2u
#define RCC_SWITCHED (3u << 2)
#define FLASH_ACR REGISTER(0x40023C00)
#define FLASH_ACR_168MHZ (5u | 7u << 8) /* five wait states, prefetch, both caches */
#define GPIOA 0x40020000
#define GPIOA_MODER REGISTER(GPIOA + 0x00)
#define GPIOA_PUPDR REGISTER(GPIOA + 0x0C)
#define GPIOA_AFR(pin) REGISTER(GPIOA + 0x20 + 4 * ((pin) / 8))

#define UART_STATE REGISTER(BOARD_UART + 0x00)
#define UART_DATA REGISTER(BOARD_UART + 0x04)
#define UART_DIVIDER REGISTER(BOARD_UART + 0x08)
#define UART_CONTROL REGISTER(BOARD_UART + 0x0C)
#define UART_STATE_RECEIVED (1u << 5)
#define UART_STATE_OVERRUN (1u << 3)
#define UART_STATE_SENDABLE (1u << 7)
#define UART_CONTROL_ON (1u << 13 | 1u << 5 | 1u << 3 | 1u << 2) /* UART, receive interrupt, sender, receiver */

#if EF_USART == 1
#define UART_CLOCK 84000000u
#define FIRST_PIN 9
#else
#define UART_CLOCK 42000000u
#define FIRST_PIN 2
#endif

#ifndef EF_EMULATED /* QEMU has neither clocks nor pins */
static void clocks_begin(void) {
    if (RCC_CR & RCC_CR_PLL_READY)
        return; /* a fault comes here again */
    RCC_PLLCFGR = RCC_PLL;
    RCC_CR |= RCC_CR_PLL_ON;
    while (!(RCC_CR & RCC_CR_PLL_READY)) {
    }
    FLASH_ACR = FLASH_ACR_168MHZ;
    RCC_CFGR = RCC_BUSES | RCC_SWITCH_PLL;
    while ((RCC_CFGR & RCC_SWITCHED) != RCC_SWITCH_PLL << 2) {
    }
}
#endif

static void pin(uint32_t number) {
    GPIOA_MODER = (GPIOA_MODER & ~(3u << 2u * number)) | 2u << 2u * number; /* alternate function */
    GPIOA_PUPDR = (GPIOA_PUPDR & ~(3u << 2u * number)) | 1u << 2u * number; /* pulled up */
    GPIOA_AFR(number) = (GPIOA_AFR(number) & ~(15u << 4u * (number % 8u))) | 7u << 4u * (number % 8u);
}

void uart_begin(void) {
    RCC_AHB1ENR |= 1u; /* GPIOA */
#if EF_USART == 1
    RCC_APB2ENR |= 1u << 4;
#else
    RCC_APB1ENR |= 1u << 17;
#endif
    pin(FIRST_PIN);
    pin(FIRST_PIN + 1);
    UART_DIVIDER = (UART_CLOCK + BOARD_BAUD / 2u) / BOARD_BAUD;
    UART_CONTROL = UART_CONTROL_ON;
    arch_enable(BOARD_UART_IRQ);
}

void uart_send(uint8_t byte) {
    while (!(UART_STATE & UART_STATE_SENDABLE)) {
    }
    UART_DATA = byte;
}

void uart_drain(void) {
    while (UART_STATE & (UART_STATE_RECEIVED | UART_STATE_OVERRUN))
        receive_byte((uint8_t)UART_DATA); /* reading both registers clears both flags */
}

void board_begin(void) {
#ifndef EF_EMULATED
    clocks_begin();
#endif
    RCC_APB1ENR |= 1u; /* TIM2 */
}
