/* Start-up and the two ways out of it. */
#ifndef START_H
#define START_H

/* The runner; never returns. */
void main_run(void);

/* The UART has received. */
void uart_interrupt(void);

/* Restart the board. */
void start_again(void);

void start_reset(void);

#endif /* START_H */
