/* edgeflow generate sine_int8.tflite --runner --board esp32-s3 --framework esp-idf -o . */
/* What is the same on every board: the runner's memory and names. The board's own file sets the functions of struct
 * ef_port (ef_port.h) and calls runner_serve(). */
#ifndef RUNNER_H
#define RUNNER_H

#include "ef_port.h"

/* Change these to what your application leaves. The host must not send more requests than your board keeps. */
#ifndef RUNNER_ARENA_BYTES
#define RUNNER_ARENA_BYTES 262144u /* of RAM: a model's tensors; edgeflow check tells how much it needs */
#endif
#ifndef RUNNER_SLOTS_BYTES
#define RUNNER_SLOTS_BYTES 2097152u /* of flash: two places for models */
#endif
#ifndef RUNNER_PAYLOAD_BYTES
#define RUNNER_PAYLOAD_BYTES 2064u /* of a request: a block of 2048 bytes and its head */
#endif
#ifndef RUNNER_WINDOW
#define RUNNER_WINDOW 3u /* requests on the way at once: the board's receive buffer holds that many */
#endif
#define RUNNER_BOARD "esp32-s3"
#define RUNNER_CPU "ESP32-S3, two Xtensa LX7"
#define RUNNER_BAUD 921600u /* where it is a real serial line */

#ifdef __cplusplus
extern "C" {
#endif

/* The port with memory and names filled in; read, write, ticks and ticks_hz are yours to set. */
struct ef_port *runner_port(void);

/* Answer the host; returns when it wants the board restarted. */
void runner_serve(void);

#ifdef __cplusplus
}
#endif

#endif /* RUNNER_H */
