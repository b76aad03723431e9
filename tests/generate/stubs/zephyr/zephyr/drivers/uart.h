/* See ../../../README.md. */
#ifndef ZEPHYR_UART_H
#define ZEPHYR_UART_H

#include <zephyr/device.h>

#include "../../../line.h"

#define CONFIG_EDGEFLOW_UART_BAUD 921600

typedef void (*uart_irq_callback_user_data_t)(const struct device *device, void *user);
struct uart_config {
    uint32_t baudrate;
};

static uart_irq_callback_user_data_t stub_callback;
static void *stub_user;
static const struct device *stub_device;

static inline int uart_config_get(const struct device *device, struct uart_config *config) {
    (void)device;
    config->baudrate = 115200;
    return 0;
}
static inline int uart_configure(const struct device *device, const struct uart_config *config) {
    (void)device;
    return config->baudrate == CONFIG_EDGEFLOW_UART_BAUD ? 0 : -1;
}
static inline int uart_irq_callback_user_data_set(const struct device *device, uart_irq_callback_user_data_t callback,
                                                  void *user) {
    stub_callback = callback;
    stub_user = user;
    stub_device = device;
    return 0;
}
static inline void uart_irq_rx_enable(const struct device *device) { (void)device; }
static inline int uart_irq_update(const struct device *device) {
    (void)device;
    return 1;
}
static inline int uart_irq_rx_ready(const struct device *device) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)device;
    return poll(&input, 1, 0) > 0;
}
static inline int uart_fifo_read(const struct device *device, uint8_t *data, const int size) {
    int byte = size > 0 ? line_byte(0) : -1;
    (void)device;
    if (byte < 0)
        return 0;
    data[0] = (uint8_t)byte;
    return 1;
}
static inline void uart_poll_out(const struct device *device, unsigned char byte) {
    (void)device;
    line_write(&byte, 1);
}

#endif
