/* Bytes to frames to commands. Drops what is no frame, answers every frame that is one, exactly once. */
#include "ef_link.h"

#include <string.h>

#include "ef_frame.h"
#include "ef_link_parts.h"
#include "ef_load.h"
#include "ef_wire.h"

#define HEAD_BYTES 2u /* sequence, code */

static const struct {
    uint8_t code; /* enum ef_command */
    ef_link_handler answer;
} commands[] = {
    {EF_CMD_HELLO, ef_link_hello},
    {EF_CMD_MODEL_BEGIN, ef_link_model_begin},
    {EF_CMD_MODEL_CHUNK, ef_link_model_chunk},
    {EF_CMD_MODEL_COMMIT, ef_link_model_commit},
    {EF_CMD_MODEL_ACTIVATE, ef_link_model_activate},
    {EF_CMD_SLOTS, ef_link_list_slots},
    {EF_CMD_OPEN, ef_link_open_model},
    {EF_CMD_MODEL_INFO, ef_link_model_info},
    {EF_CMD_SIGNATURE, ef_link_signature},
    {EF_CMD_TENSOR, ef_link_tensor},
    {EF_CMD_INPUT, ef_link_input},
    {EF_CMD_INVOKE, ef_link_invoke},
    {EF_CMD_SAMPLES, ef_link_list_samples},
    {EF_CMD_OUTPUT, ef_link_output},
    {EF_CMD_PROFILE, ef_link_profile},
    {EF_CMD_MEMORY, ef_link_memory},
    {EF_CMD_CONDITIONS, ef_link_conditions},
};

enum ef_status ef_link_refuse(struct ef_link *link, enum ef_status status, const char *text, int32_t number) {
    return ef_error_set(&link->error, status, -1, -1, text, number, 0);
}

enum ef_status ef_link_malformed(struct ef_link *link) {
    return ef_link_refuse(link, EF_BAD_REQUEST, EF_TEXT("a field is missing, or there are bytes too many"), 0);
}

void ef_link_begin(struct ef_link *link, const struct ef_port *port) {
    memset(link, 0, sizeof *link);
    link->port = port;
    link->open_slot = EF_SLOTS_NO_SLOT;
    ef_slots_mount(&link->slots, port);
}

/* --- out --- */

static bool write_bytes(void *context, const uint8_t *data, size_t size) {
    struct ef_link *link = context;
    if (!link->port->write(link->port->context, data, size))
        link->ended = true;
    return !link->ended;
}

static void send(struct ef_link *link, uint8_t *body, size_t size) {
    (void)ef_frame_send(body, size, write_bytes, link);
}

/* A reply beside the one in `transmit`; refusals without text. */
static void send_short(struct ef_link *link, uint8_t seq, enum ef_status status) {
    uint8_t body[HEAD_BYTES + 6u + 4u] = {seq, (uint8_t)status, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0};
    send(link, body, status == EF_OK || status == EF_RUNNING ? HEAD_BYTES : HEAD_BYTES + 6u);
}

void ef_link_beat(struct ef_link *link, bool at_once) {
    const struct ef_port *port = link->port;
    uint64_t now = port->ticks(port->context);
    uint64_t interval = port->ticks_hz(port->context) / 1000u * EF_WIRE_RUNNING_INTERVAL_MS;
    if (!at_once && now - link->beat_ticks < interval)
        return;
    link->beat_ticks = now;
    send_short(link, link->request_seq, EF_RUNNING);
}

/* --- in --- */

/* Collect bytes until a whole frame is in `receive`. Returns its decoded size (sequence, code, payload), 0 when there
 * is nothing more without waiting, or the stream has ended. `*stuffed` is the size it had on the line. */
static size_t next_frame(struct ef_link *link, bool wait, uint32_t *stuffed) {
    const struct ef_port *port = link->port;
    while (!link->ended) {
        if (link->stream_at == link->stream_size) {
            int32_t count = port->read(port->context, link->stream, sizeof link->stream, wait);
            link->ended = count < 0;
            link->stream_at = 0;
            link->stream_size = count > 0 ? (uint32_t)count : 0u;
            if (count == 0 && !wait)
                return 0;
            continue;
        }
        uint8_t byte = link->stream[link->stream_at++];
        if (byte != 0u) {
            if (link->receive_used < port->receive_bytes)
                port->receive[link->receive_used++] = byte;
            else
                link->receive_overflow = true;
            continue;
        }
        size_t size = link->receive_overflow ? 0u : ef_frame_decode(port->receive, link->receive_used);
        *stuffed = link->receive_used;
        link->receive_used = 0;
        link->receive_overflow = false;
        if (size > 0u)
            return size;
    }
    return 0;
}

/* The CRC still stands behind the decoded body. */
static uint32_t frame_crc(const struct ef_link *link, size_t size) {
    return ef_load_u32(link->port->receive + size);
}

bool ef_link_poll(struct ef_link *link) {
    uint32_t stuffed;
    size_t size;
    while ((size = next_frame(link, false, &stuffed)) > 0u) {
        const uint8_t *frame = link->port->receive;
        if (frame[1] == EF_CMD_CANCEL) {
            link->cancelled = true;
            send_short(link, frame[0], EF_OK);
        } else if (frame_crc(link, size) == link->request_crc) {
            ef_link_beat(link, true); /* the host asks again whether its request has arrived */
        } else {
            send_short(link, frame[0], EF_BAD_STATE);
        }
    }
    return !link->cancelled && !link->ended;
}

/* --- dispatch --- */

static enum ef_status reset(struct ef_link *link, struct ef_reader *request, bool *restart) {
    uint32_t what = ef_reader_number(request, 1);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    switch (what) {
    case EF_RESET_VARIABLES:
        if (link->open_slot == EF_SLOTS_NO_SLOT)
            return ef_link_refuse(link, EF_BAD_STATE, EF_TEXT("no model is open"), 0);
        for (uint32_t i = 0; i < link->prepared_count; i++)
            ef_interpreter_reset_variables(&link->prepared[i].interpreter);
        return EF_OK;
    case EF_RESET_CLOSE:
        ef_link_close(link);
        return EF_OK;
    case EF_RESET_DEVICE:
        *restart = true;
        return EF_OK;
    default:
        return ef_link_refuse(link, EF_BAD_REQUEST, EF_TEXT("nothing to reset by #"), (int32_t)what);
    }
}

static enum ef_status answer(struct ef_link *link, uint8_t code, struct ef_reader *request, struct ef_writer *reply,
                             bool *restart) {
#if EF_WITH_FILES
    enum ef_status status;
    if (link->port->answer && link->port->answer(link->port->context, link, code, request, reply, &status))
        return status;
#endif
    if (code == EF_CMD_RESET)
        return reset(link, request, restart);
    if (code == EF_CMD_CANCEL) /* nothing is running */
        return ef_reader_done(request) ? EF_OK : ef_link_malformed(link);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].code == code)
            return commands[i].answer(link, request, reply);
    return ef_link_refuse(link, EF_UNKNOWN_COMMAND, EF_TEXT("this board has no command #"), code);
}

static void write_refusal(struct ef_link *link, struct ef_writer *reply) {
    size_t size = strlen(link->error.text);
    reply->used = 0;
    reply->full = false;
    ef_writer_number(reply, (uint64_t)link->error.operator_index, 2);
    ef_writer_number(reply, (uint64_t)link->error.tensor_index, 2);
    ef_writer_span(reply, link->error.text, size < EF_WIRE_REFUSAL_TEXT_BYTES ? size : EF_WIRE_REFUSAL_TEXT_BYTES);
}

enum ef_link_end ef_link_run(struct ef_link *link) {
    const struct ef_port *port = link->port;
    size_t size;
    uint32_t stuffed = 0;
    while ((size = next_frame(link, true, &stuffed)) > 0u) {
        link->request_crc = frame_crc(link, size);
        if (link->reply_size > 0u && link->request_crc == link->last_crc && stuffed == link->last_size) {
            send(link, port->transmit, link->reply_size); /* the reply was lost */
            continue;
        }
        uint8_t seq = port->receive[0], code = port->receive[1];
        struct ef_reader request = ef_reader_of(port->receive + HEAD_BYTES, size - HEAD_BYTES);
        struct ef_writer reply = {port->transmit + HEAD_BYTES, 0, port->transmit_bytes - EF_FRAME_OVERHEAD, false};
        bool restart = false;
        link->request_seq = seq;
        link->cancelled = false;
        ef_error_clear(&link->error);
        enum ef_status status = answer(link, code, &request, &reply, &restart);
        if (status == EF_OK && reply.full)
            status = ef_link_refuse(link, EF_TOO_LARGE, EF_TEXT("the reply exceeds the board's buffer"), 0);
        if (status != EF_OK)
            write_refusal(link, &reply);
        port->transmit[0] = seq;
        port->transmit[1] = (uint8_t)status;
        link->last_crc = link->request_crc;
        link->last_size = stuffed;
        link->reply_size = (uint32_t)(HEAD_BYTES + reply.used);
        send(link, port->transmit, link->reply_size);
        if (restart)
            return EF_LINK_RESET;
    }
    return EF_LINK_ENDED;
}
