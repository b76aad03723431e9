/* See ../../README.md. */
#ifndef DRIVER_UART_H
#define DRIVER_UART_H

#include "esp_system.h"
#include "freertos/FreeRTOS.h"

typedef enum { UART_NUM_0, UART_NUM_1 } uart_port_t;
typedef enum { UART_DATA_8_BITS = 3 } uart_word_length_t;
typedef enum { UART_PARITY_DISABLE } uart_parity_t;
typedef enum { UART_STOP_BITS_1 = 1 } uart_stop_bits_t;
typedef enum { UART_HW_FLOWCTRL_DISABLE } uart_hw_flowcontrol_t;
typedef struct {
    int baud_rate;
    uart_word_length_t data_bits;
    uart_parity_t parity;
    uart_stop_bits_t stop_bits;
    uart_hw_flowcontrol_t flow_ctrl;
} uart_config_t;

void app_main(void);

static inline esp_err_t uart_driver_install(uart_port_t port, int rx_bytes, int tx_bytes, int queue,
                                            QueueHandle_t *events, int flags) {
    (void)tx_bytes;
    (void)queue;
    (void)events;
    (void)flags;
    return port == UART_NUM_0 && rx_bytes > 128 ? ESP_OK : ESP_ERR_NOT_FOUND;
}
static inline esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config) {
    (void)port;
    return config->baud_rate > 0 ? ESP_OK : ESP_ERR_NOT_FOUND;
}
/* Waits until `count` bytes are there or the time is over. */
static inline int uart_read_bytes(uart_port_t port, void *data, uint32_t count, TickType_t ticks) {
    uint32_t got = 0;
    (void)port;
    while (got < count) {
        int byte = line_byte(ticks == portMAX_DELAY ? -1 : (int)ticks * 10);
        if (byte < 0)
            break;
        ((uint8_t *)data)[got++] = (uint8_t)byte;
    }
    return (int)got;
}
static inline esp_err_t uart_get_buffered_data_len(uart_port_t port, size_t *size) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)port;
    *size = poll(&input, 1, 0) > 0 ? 64 : 0;
    return ESP_OK;
}
static inline int uart_write_bytes(uart_port_t port, const void *data, size_t size) {
    (void)port;
    line_write(data, size);
    return (int)size;
}
static inline esp_err_t uart_wait_tx_done(uart_port_t port, TickType_t ticks) {
    (void)port;
    (void)ticks;
    return ESP_OK;
}

int main(void) {
    app_main();
    return 0;
}

#endif
