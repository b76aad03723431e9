/* UART 0: interrupt-driven receive into a ring, sending by waiting. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void uart_begin(void);

/* Find out what an interrupt costs beside what its handler can count. Before uart_begin(), with the counter running. */
void uart_calibrate(void);


void uart_byte(uint8_t byte);
void uart_text(const char *text);

/* Take up to `capacity` received bytes; 0 when there are none. What overruns the ring is lost, as on any UART. */
size_t uart_take(uint8_t *data, size_t capacity);

/* Sleep until something has been received. */
void uart_sleep(void);

void uart_interrupt(void);

#endif /* UART_H */
