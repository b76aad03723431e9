/* edgeflow generate sine_int8.tflite --runner --board pico --framework pico-sdk -o . */
/* Raspberry Pi Pico: the link on USB, the microsecond timer for ticks, models at the end of the flash. */
#include <string.h>

#include "hardware/flash.h"
#include "hardware/sync.h"
#include "hardware/watchdog.h"
#include "pico/stdlib.h"
#include "runner.h"

#define WAIT_US 1000u
#define SLOTS_AT (PICO_FLASH_SIZE_BYTES - RUNNER_SLOTS_BYTES)

static int32_t read_usb(void *context, uint8_t *data, size_t capacity, bool wait) {
    size_t count = 0;
    (void)context;
    while (count < capacity) {
        int byte = getchar_timeout_us(count == 0u && wait ? WAIT_US : 0u);
        if (byte >= 0)
            data[count++] = (uint8_t)byte;
        else if (count > 0u || !wait)
            break;
    }
    return (int32_t)count;
}

static bool write_usb(void *context, const uint8_t *data, size_t size) {
    (void)context;
    (void)stdio_put_string((const char *)data, (int)size, false, false);
    stdio_flush();
    return true;
}

static uint64_t ticks(void *context) {
    (void)context;
    return time_us_64();
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return 1000000u;
}

/* Code runs from the same flash: nothing else may run while it is written, and the SDK's functions lie in RAM. */
static bool erase(void *context, uint32_t offset) {
    (void)context;
    uint32_t state = save_and_disable_interrupts();
    flash_range_erase(SLOTS_AT + offset, FLASH_SECTOR_SIZE);
    restore_interrupts(state);
    return true;
}

/* The chip takes whole pages; 0xFF leaves what is there. */
static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    static uint8_t page[FLASH_PAGE_SIZE];
    (void)context;
    while (size > 0u) {
        uint32_t skip = offset % FLASH_PAGE_SIZE;
        size_t part = FLASH_PAGE_SIZE - skip;
        if (part > size)
            part = size;
        memset(page, 0xFF, sizeof page);
        memcpy(page + skip, data, part);
        uint32_t state = save_and_disable_interrupts();
        flash_range_program(SLOTS_AT + offset - skip, page, sizeof page);
        restore_interrupts(state);
        offset += (uint32_t)part;
        data += part;
        size -= part;
    }
    return true;
}

int main(void) {
    (void)stdio_init_all();
    struct ef_port *port = runner_port();
    port->read = read_usb;
    port->write = write_usb;
    port->ticks = ticks;
    port->ticks_hz = ticks_hz;
    port->erase = erase;
    port->program = program;
    port->slots = (uint8_t *)(uintptr_t)(XIP_BASE + SLOTS_AT);
    port->slots_bytes = RUNNER_SLOTS_BYTES;
    port->sector_bytes = FLASH_SECTOR_SIZE;
    port->program_bytes = 16;
    runner_serve();
    watchdog_reboot(0, 0, 100);
    for (;;) {
    }
}
