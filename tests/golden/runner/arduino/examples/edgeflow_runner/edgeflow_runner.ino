/* edgeflow generate sine_int8.tflite --runner --board nucleo-f446re --framework arduino -o . */
/* ST NUCLEO-F446RE: the link on Serial, micros() for ticks; a model stays until power is lost. */
#include <Arduino.h>
#include <runner.h>

static int32_t read_serial(void *, uint8_t *data, size_t capacity, bool wait) {
  size_t count = 0;
  do {
    while (count < capacity && Serial.available() > 0) {
      data[count++] = static_cast<uint8_t>(Serial.read());
    }
    if (count == 0 && wait) {
      yield();
    }
  } while (count == 0 && wait);
  return static_cast<int32_t>(count);
}

static bool write_serial(void *, const uint8_t *data, size_t size) {
  while (size > 0) {
    size_t part = Serial.write(data, size);
    data += part;
    size -= part;
    if (part == 0) {
      yield();
    }
  }
  return true;
}

/* micros() goes round after 71 minutes; a run is shorter. */
static uint64_t ticks(void *) {
  static uint32_t before;
  static uint64_t total;
  uint32_t now = micros();
  total += static_cast<uint32_t>(now - before);
  before = now;
  return total;
}

static uint64_t ticks_hz(void *) {
  return 1000000u;
}

void setup() {
  Serial.begin(RUNNER_BAUD);
  struct ef_port *port = runner_port();
  port->read = read_serial;
  port->write = write_serial;
  port->ticks = ticks;
  port->ticks_hz = ticks_hz;
}

void loop() {
  runner_serve();
  Serial.flush();
  delay(100);
  NVIC_SystemReset();
}
