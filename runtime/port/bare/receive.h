/* What the UART received, from its interrupt to the runner. */
#ifndef RECEIVE_H
#define RECEIVE_H

#include <stddef.h>
#include <stdint.h>

/* The handler of the UART's interrupt. */
void receive_interrupt(void);

/* Find out what an interrupt costs beside what its handler can count. With the counter running, before uart_begin(). */
void receive_calibrate(void);

/* From uart_drain(). What overruns the ring is lost, as on any UART. */
void receive_byte(uint8_t byte);

/* Take up to `capacity` received bytes; 0 when there are none. */
size_t receive_take(uint8_t *data, size_t capacity);

/* Sleep until something has been received. */
void receive_sleep(void);

#endif /* RECEIVE_H */
