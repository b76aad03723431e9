/* The runner on an MPS board: the link on UART 0, slots in memory with flash's rules, instructions for ticks.
 * The build names the board: EF_BOARD_..., EF_BOARD, EF_CPU and, for the record, EF_FLAGS. */
#include "counter.h"
#include "ef_frame.h"
#include "ef_link.h"
#include "ef_nor.h"
#include "registers.h"
#include "start.h"
#include "uart.h"

#define PAYLOAD_BYTES 2064u /* blocks of 2048 bytes and their head */
#define WINDOW 4u
#define SECTOR_BYTES 4096u
#define SAMPLES 512u
#define OPERATORS 512u

#ifdef __ARM_FEATURE_DSP
#define KERNELS "dsp"
#else
#define KERNELS "reference"
#endif

static int32_t read_uart(void *context, uint8_t *data, size_t capacity, bool wait) {
    (void)context;
    size_t count = uart_take(data, capacity);
    if (count > 0u || !wait)
        return (int32_t)count;
    do {
        uart_sleep();
        count = uart_take(data, capacity);
    } while (count == 0u);
    counter_align();
    return (int32_t)count;
}

static bool write_uart(void *context, const uint8_t *data, size_t size) {
    (void)context;
    for (size_t i = 0; i < size; i++)
        uart_byte(data[i]);
    return true;
}

static uint64_t ticks(void *context) {
    (void)context;
    return counter_now();
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return COUNTER_HZ;
}

void main_run(void) {
    static uint8_t receive[EF_FRAME_STUFFED(PAYLOAD_BYTES + EF_FRAME_OVERHEAD)];
    static uint8_t transmit[PAYLOAD_BYTES + EF_FRAME_OVERHEAD];
    static uint64_t samples[SAMPLES], operator_ticks[OPERATORS];
    static struct ef_nor nor;
    static struct ef_port port;
    static struct ef_link link;

    nor.data = (uint8_t *)(uintptr_t)BOARD_SLOTS;
    nor.bytes = BOARD_SLOTS_BYTES;
    nor.sector_bytes = SECTOR_BYTES;

    port.context = &nor;
    port.read = read_uart;
    port.write = write_uart;
    port.ticks = ticks;
    port.ticks_hz = ticks_hz;
    port.erase = ef_nor_erase;
    port.program = ef_nor_program;
    port.slots = nor.data;
    port.slots_bytes = nor.bytes;
    port.sector_bytes = SECTOR_BYTES;
    port.program_bytes = 4;
    port.slots_path = "slots:";
    port.arena = link_arena_start;
    port.arena_bytes = (uint32_t)(uintptr_t)link_arena_bytes;
    port.receive = receive;
    port.receive_bytes = sizeof receive;
    port.transmit = transmit;
    port.transmit_bytes = sizeof transmit;
    port.samples = samples;
    port.sample_count = SAMPLES;
    port.operator_ticks = operator_ticks;
    port.operator_count = OPERATORS;
    port.window = WINDOW;
    port.board = EF_BOARD;
    port.kernels = KERNELS;
    port.cpu = EF_CPU;
    port.toolchain = "GCC " __VERSION__;
    port.flags = EF_FLAGS;
    port.ticks_are_instructions = true;
    port.kernel_table = ef_kernels_all;
    port.stack_low = link_stack_start;
    port.stack_high = link_stack_end;
    port.text_bytes = (uint32_t)(uintptr_t)link_text_bytes;
    port.static_bytes = (uint32_t)(uintptr_t)link_static_bytes;

    counter_begin();
    uart_calibrate();
    uart_begin();
    ef_link_begin(&link, &port);
    (void)ef_link_run(&link);
}
