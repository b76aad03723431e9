/* edgeflow generate sine_int8.tflite --runner --board esp32-s3 --framework esp-idf -o . */
/* Espressif ESP32-S3-DevKitC-1: the link on the console's UART, the microsecond timer for ticks, models in the partition
 * "slots". */
#include "driver/uart.h"
#include "esp_partition.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "runner.h"
#include "sdkconfig.h"

#define UART ((uart_port_t)CONFIG_ESP_CONSOLE_UART_NUM)
#define RING_BYTES ((int)(2u * RUNNER_WINDOW * RUNNER_PAYLOAD_BYTES))

static int32_t read_uart(void *context, uint8_t *data, size_t capacity, bool wait) {
    size_t there = 0;
    (void)context;
    int first = uart_read_bytes(UART, data, 1, wait ? portMAX_DELAY : 0);
    if (first <= 0)
        return first;
    if (uart_get_buffered_data_len(UART, &there) != ESP_OK || there == 0u)
        return 1;
    if (there > capacity - 1u)
        there = capacity - 1u;
    int more = there > 0u ? uart_read_bytes(UART, data + 1, (uint32_t)there, 0) : 0;
    return more > 0 ? 1 + more : 1;
}

static bool write_uart(void *context, const uint8_t *data, size_t size) {
    (void)context;
    return uart_write_bytes(UART, data, size) == (int)size;
}

static uint64_t ticks(void *context) {
    (void)context;
    return (uint64_t)esp_timer_get_time();
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return 1000000u;
}

static bool erase(void *context, uint32_t offset) {
    const esp_partition_t *slots = context;
    return esp_partition_erase_range(slots, offset, slots->erase_size) == ESP_OK;
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    return esp_partition_write(context, offset, data, size) == ESP_OK;
}

void app_main(void) {
    const uart_config_t line = {
        .baud_rate = CONFIG_EDGEFLOW_UART_BAUD,
        .data_bits = UART_DATA_8_BITS,
        .parity = UART_PARITY_DISABLE,
        .stop_bits = UART_STOP_BITS_1,
        .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
    };
    struct ef_port *port = runner_port();
    const esp_partition_t *slots = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "slots");
    const void *mapped = NULL;
    esp_partition_mmap_handle_t handle;

    ESP_ERROR_CHECK(uart_driver_install(UART, RING_BYTES, 0, 0, NULL, 0));
    ESP_ERROR_CHECK(uart_param_config(UART, &line));
    ESP_ERROR_CHECK(slots ? ESP_OK : ESP_ERR_NOT_FOUND);
    ESP_ERROR_CHECK(esp_partition_mmap(slots, 0, slots->size, ESP_PARTITION_MMAP_DATA, &mapped, &handle));
    port->context = (void *)(uintptr_t)slots;
    port->read = read_uart;
    port->write = write_uart;
    port->ticks = ticks;
    port->ticks_hz = ticks_hz;
    port->erase = erase;
    port->program = program;
    port->slots = (uint8_t *)(uintptr_t)mapped;
    port->slots_bytes = slots->size;
    port->sector_bytes = slots->erase_size;
    port->program_bytes = 16;
    runner_serve();
    (void)uart_wait_tx_done(UART, pdMS_TO_TICKS(100));
    esp_restart();
}
