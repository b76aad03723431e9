/* The runner on bare metal: the link on a UART, memory as board.h and the linker script lay it out.
 * The build names the board: EF_BOARD_..., EF_BOARD, EF_CPU and, for the record, EF_FLAGS; EF_TOOLCHAIN where it is no
 * GCC. */
#include "bare.h"
#include "board.h"
#include "ef_frame.h"
#include "ef_link.h"
#include "memory.h"
#include "receive.h"

#ifdef __ARM_FEATURE_DSP
#define KERNELS "dsp"
#else
#define KERNELS "reference"
#endif

#ifndef EF_TOOLCHAIN
#define EF_TOOLCHAIN "GCC " __VERSION__
#endif

static int32_t read_uart(void *context, uint8_t *data, size_t capacity, bool wait) {
    (void)context;
    size_t count = receive_take(data, capacity);
    if (count > 0u || !wait)
        return (int32_t)count;
    do {
        receive_sleep();
        count = receive_take(data, capacity);
    } while (count == 0u);
    counter_align();
    return (int32_t)count;
}

static bool write_uart(void *context, const uint8_t *data, size_t size) {
    (void)context;
    for (size_t i = 0; i < size; i++)
        uart_send(data[i]);
    return true;
}

static uint64_t ticks(void *context) {
    (void)context;
    return counter_now();
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return BOARD_TICKS_HZ;
}

void uart_text(const char *text) {
    while (*text != '\0')
        uart_send((uint8_t)*text++);
}

void main_run(void) {
    static uint8_t receive[EF_FRAME_STUFFED(BOARD_PAYLOAD_BYTES + EF_FRAME_OVERHEAD)];
    static uint8_t transmit[BOARD_PAYLOAD_BYTES + EF_FRAME_OVERHEAD];
    static uint64_t samples[BOARD_SAMPLES], operator_ticks[BOARD_OPERATORS];
    static struct ef_port port;
    static struct ef_link link;

    port.read = read_uart;
    port.write = write_uart;
    port.ticks = ticks;
    port.ticks_hz = ticks_hz;
    port.arena = link_arena_start;
    port.arena_bytes = (uint32_t)(uintptr_t)link_arena_bytes;
    port.receive = receive;
    port.receive_bytes = sizeof receive;
    port.transmit = transmit;
    port.transmit_bytes = sizeof transmit;
    port.samples = samples;
    port.sample_count = BOARD_SAMPLES;
    port.operator_ticks = operator_ticks;
    port.operator_count = BOARD_OPERATORS;
    port.window = BOARD_WINDOW;
    port.board = EF_BOARD;
    port.kernels = KERNELS;
    port.cpu = EF_CPU;
    port.toolchain = EF_TOOLCHAIN;
    port.flags = EF_FLAGS;
    port.ticks_are_instructions = BOARD_TICKS_ARE_INSTRUCTIONS;
    port.kernel_table = ef_kernels_all;
    port.stack_low = link_stack_start;
    port.stack_high = link_stack_end;
    port.text_bytes = (uint32_t)(uintptr_t)link_text_bytes;
    port.static_bytes = (uint32_t)(uintptr_t)link_static_bytes;
    board_begin();
    flash_begin(&port);
    counter_begin();
    receive_calibrate();
    uart_begin();
    ef_link_begin(&link, &port);
    (void)ef_link_run(&link);
}
