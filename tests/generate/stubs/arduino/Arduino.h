/* See ../README.md. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>

#include "../line.h"

void setup(void);
void loop(void);

struct SerialStub {
    int held = -1;

    void begin(unsigned long) {}
    size_t setRxBufferSize(size_t size) { return size; }
    void flush(void) {}
    int available(void) {
        if (held < 0)
            held = line_byte(0);
        return held >= 0 ? 1 : 0;
    }
    int read(void) {
        int byte = available() ? held : -1;
        held = -1;
        return byte;
    }
    void print(const char *) {}
    void print(unsigned long) {}
    void println(const char *) {}
    size_t write(const uint8_t *data, size_t size) {
        line_write(data, size);
        return size;
    }
};

static SerialStub Serial;

static inline unsigned long micros(void) { return static_cast<uint32_t>(line_us()); }
static inline void delay(unsigned long) {}
static inline void yield(void) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    (void)poll(&input, 1, 100);
}
static inline void NVIC_SystemReset(void) { exit(42); }
struct EspStub {
    void restart(void) { exit(42); }
};
struct Rp2040Stub {
    void reboot(void) { exit(42); }
};
[[maybe_unused]] static EspStub ESP;
[[maybe_unused]] static Rp2040Stub rp2040;

int main(void) {
    setup();
    for (;;)
        loop();
}

#endif
