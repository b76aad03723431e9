/* edgeflow generate sine_int8.tflite --runner --board nucleo-l4r5zi --framework zephyr -o . */
/* ST NUCLEO-L4R5ZI: the link on the console's UART, the kernel's cycle counter for ticks; a model stays until
 * power is lost. */
#include <zephyr/device.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/reboot.h>
#include <zephyr/sys/ring_buffer.h>

#include "runner.h"

#define RING_BYTES (2u * RUNNER_WINDOW * RUNNER_PAYLOAD_BYTES)
#define EARLIER (UINT64_C(1) << 40) /* cycles that the clock seems to have run at start, so that it is never below 0 */

RING_BUF_DECLARE(received, RING_BYTES);
static K_SEM_DEFINE(arrived, 0, 1);
static const struct device *const line = DEVICE_DT_GET(DT_CHOSEN(zephyr_console));

/* What overruns the ring is lost, as on any UART; the link asks again. */
static void interrupt(const struct device *device, void *context) {
    uint8_t part[16];
    (void)context;
    while (uart_irq_update(device) > 0 && uart_irq_rx_ready(device) > 0) {
        int count = uart_fifo_read(device, part, (int)sizeof part);
        if (count <= 0)
            break;
        (void)ring_buf_put(&received, part, (uint32_t)count);
        k_sem_give(&arrived);
    }
}

static int32_t read_uart(void *context, uint8_t *data, size_t capacity, bool wait) {
    (void)context;
    uint32_t count = ring_buf_get(&received, data, (uint32_t)capacity);
    while (count == 0u && wait) {
        (void)k_sem_take(&arrived, K_FOREVER);
        count = ring_buf_get(&received, data, (uint32_t)capacity);
    }
    return (int32_t)count;
}

static bool write_uart(void *context, const uint8_t *data, size_t size) {
    (void)context;
    for (size_t i = 0; i < size; i++)
        uart_poll_out(line, data[i]);
    return true;
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return (uint64_t)sys_clock_hw_cycles_per_sec();
}

/* The cycle counter's 32 bits, and from the uptime how often they have gone round. */
static uint64_t ticks(void *context) {
    uint64_t about = EARLIER + (uint64_t)k_uptime_get() * ticks_hz(context) / 1000u;
    int32_t apart = (int32_t)(k_cycle_get_32() - (uint32_t)about);
    return apart >= 0 ? about + (uint32_t)apart : about - (uint32_t)(-(int64_t)apart);
}

int main(void) {
    struct uart_config how;
    struct ef_port *port = runner_port();
    if (!device_is_ready(line))
        return 1;
    if (uart_config_get(line, &how) == 0) {
        how.baudrate = CONFIG_EDGEFLOW_UART_BAUD;
        (void)uart_configure(line, &how);
    }
    if (uart_irq_callback_user_data_set(line, interrupt, NULL) != 0)
        return 1;
    uart_irq_rx_enable(line);
    port->read = read_uart;
    port->write = write_uart;
    port->ticks = ticks;
    port->ticks_hz = ticks_hz;
    runner_serve();
    k_msleep(100);
    sys_reboot(SYS_REBOOT_COLD);
    return 0;
}
