/* edgeflow generate sine_int8.tflite --runner --board nano33ble --framework platformio -o . */
#include "runner.h"

#include "ef_frame.h"
#include "ef_link.h"

#define SAMPLES 256u
#define OPERATORS 256u
#define ALIGNED __attribute__((aligned(16)))

#if EF_WITH_DSP && defined(__ARM_FEATURE_DSP)
#define KERNELS "dsp"
#else
#define KERNELS "reference"
#endif
#ifdef __OPTIMIZE_SIZE__
#define FLAGS "-Os"
#elif defined(__OPTIMIZE__)
#define FLAGS "optimized"
#else
#define FLAGS "-O0"
#endif

static struct ef_port port;

struct ef_port *runner_port(void) {
    static ALIGNED uint8_t arena[RUNNER_ARENA_BYTES];
    static ALIGNED uint8_t slots[RUNNER_SLOTS_BYTES];
    static uint8_t receive[EF_FRAME_STUFFED(RUNNER_PAYLOAD_BYTES + EF_FRAME_OVERHEAD)];
    static uint8_t transmit[RUNNER_PAYLOAD_BYTES + EF_FRAME_OVERHEAD];
    static uint64_t samples[SAMPLES], operator_ticks[OPERATORS];

    port.arena = arena;
    port.arena_bytes = sizeof arena;
    port.slots = slots;
    port.slots_bytes = sizeof slots;
    port.receive = receive;
    port.receive_bytes = sizeof receive;
    port.transmit = transmit;
    port.transmit_bytes = sizeof transmit;
    port.samples = samples;
    port.sample_count = SAMPLES;
    port.operator_ticks = operator_ticks;
    port.operator_count = OPERATORS;
    port.window = RUNNER_WINDOW;
    port.board = RUNNER_BOARD;
    port.cpu = RUNNER_CPU;
    port.kernels = KERNELS;
    port.os = "PlatformIO and the Arduino framework";
    port.toolchain = "GCC " __VERSION__;
    port.flags = FLAGS;
    port.kernel_table = ef_kernels_all;
    return &port;
}

void runner_serve(void) {
    static struct ef_link link;
    ef_link_begin(&link, &port);
    (void)ef_link_run(&link);
}
