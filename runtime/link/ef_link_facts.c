/* What the board is and what it has: HELLO, MEMORY, CONDITIONS. */
#include "ef_frame.h"
#include "ef_link_parts.h"

static const char *or_empty(const char *text) {
    return text ? text : "";
}

/* Payload that a request or a reply may have. */
static uint32_t payload_bytes(const struct ef_port *port) {
    uint32_t body = port->receive_bytes - 1u - port->receive_bytes / 255u;
    uint32_t in = body - EF_FRAME_OVERHEAD, out = port->transmit_bytes - EF_FRAME_OVERHEAD;
    return in < out ? in : out;
}

/* The builtin codes of the kernel table, each once. */
static void write_operators(const struct ef_port *port, struct ef_writer *reply) {
    const struct ef_kernel *const *table = port->kernel_table;
    size_t count_at = reply->used;
    uint32_t count = 0;
    ef_writer_number(reply, 0, 2);
    for (uint32_t i = 0; table[i]; i++) {
        uint32_t before = 0;
        while (table[before]->code != table[i]->code)
            before++;
        if (before == i && table[i]->code <= UINT8_MAX) {
            ef_writer_number(reply, table[i]->code, 1);
            count++;
        }
    }
    if (!reply->full)
        reply->data[count_at] = (uint8_t)count;
}

enum ef_status ef_link_hello(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    const struct ef_port *port = link->port;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_writer_number(reply, EF_WIRE_VERSION, 1);
    ef_writer_number(reply, port->window, 1);
    uint8_t kind = port->erase ? EF_SLOTS_FLASH : EF_SLOTS_RAM, count = link->slots.ahead ? 0u : EF_SLOTS_COUNT;
    uint32_t slot_bytes = link->slots.slot_bytes;
    const char *base = "";
#if EF_WITH_FILES
    if (port->base) {
        kind = EF_SLOTS_FILES;
        count = 0;
        slot_bytes = 0;
        base = port->base;
    }
#endif
    ef_writer_number(reply, link->slots.ahead ? EF_SLOTS_NONE : kind, 1);
    ef_writer_number(reply, count, 1);
    ef_writer_number(reply, payload_bytes(port), 4);
    ef_writer_number(reply, port->ticks_hz(port->context), 8);
    ef_writer_number(reply, port->arena_bytes, 4);
    ef_writer_number(reply, slot_bytes, 4);
    ef_writer_text(reply, or_empty(port->board));
    ef_writer_text(reply, "edgeflow");
    ef_writer_text(reply, EF_RUNTIME_VERSION);
    ef_writer_text(reply, or_empty(port->kernels));
    ef_writer_text(reply, or_empty(port->os));
    ef_writer_text(reply, or_empty(port->cpu));
    ef_writer_text(reply, base);
    write_operators(port, reply);
    return EF_OK;
}

enum ef_status ef_link_memory(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    const struct ef_port *port = link->port;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_writer_figure(reply, "arena", port->arena_bytes);
    if (link->open_slot != EF_SLOTS_NO_SLOT) {
        const struct ef_memory *memory = ef_interpreter_memory(&link->prepared[link->chosen].interpreter);
        ef_writer_figure(reply, "model", link->model.size);
        ef_writer_figure(reply, "arena_planned", memory->planned);
        ef_writer_figure(reply, "arena_persistent", memory->persistent);
    }
    if (port->stack_low) {
        const uint32_t *word = port->stack_low;
        while (word < port->stack_high && *word == EF_PORT_STACK_PAINT)
            word++;
        ef_writer_figure(reply, "stack", (uint64_t)(port->stack_high - word) * sizeof *word);
    }
    if (port->text_bytes > 0u)
        ef_writer_figure(reply, "text", port->text_bytes);
    if (port->static_bytes > 0u)
        ef_writer_figure(reply, "static", port->static_bytes);
    return EF_OK;
}

enum ef_status ef_link_conditions(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    const struct ef_port *port = link->port;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_writer_pair(reply, "ticks", port->ticks_are_instructions ? "instructions" : "time");
    if (port->ticks_are_instructions)
        ef_writer_pair(reply, "emulated", "yes");
    if (port->toolchain)
        ef_writer_pair(reply, "toolchain", port->toolchain);
    if (port->flags)
        ef_writer_pair(reply, "flags", port->flags);
    return EF_OK;
}
