/* Frames in, commands, frames out. Every frame is answered exactly once; what is no frame is dropped. */
#define _POSIX_C_SOURCE 200809L

#include "ef_litert_server.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ef_frame.h"
#include "ef_wire.h"

#define HEAD_BYTES 2u
#define RECEIVE_BYTES EF_FRAME_STUFFED(EF_LITERT_PAYLOAD + EF_FRAME_OVERHEAD)

typedef enum ef_status (*handler)(struct ef_litert_server *, struct ef_reader *, struct ef_writer *);

uint64_t ef_litert_now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

enum ef_status ef_litert_no(struct ef_litert_server *server, enum ef_status status, const char *text) {
    (void)snprintf(server->refusal, sizeof server->refusal, "%.190s", text);
    return status;
}

enum ef_status ef_litert_malformed(struct ef_litert_server *server) {
    return ef_litert_no(server, EF_BAD_REQUEST, "a field is missing, or there are bytes too many");
}

static bool write_bytes(void *context, const uint8_t *data, size_t size) {
    struct ef_litert_server *server = context;
    while (size > 0u && !server->ended) {
        ssize_t count = write(server->out, data, size);
        if (count <= 0) {
            server->ended = !(count < 0 && errno == EINTR);
            continue;
        }
        data += count;
        size -= (size_t)count;
    }
    (void)alarm(server->limit_s);
    return !server->ended;
}

/* A reply without fields; refusals with neither place nor text. */
static void send_short(struct ef_litert_server *server, uint8_t seq, enum ef_status status) {
    uint8_t body[HEAD_BYTES + 6u + 4u] = {seq, (uint8_t)status, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0};
    size_t size = status == EF_OK || status == EF_RUNNING ? HEAD_BYTES : HEAD_BYTES + 6u;
    (void)ef_frame_send(body, size, write_bytes, server);
}

void ef_litert_beat(struct ef_litert_server *server, bool at_once) {
    uint64_t now = ef_litert_now_ns();
    if (!at_once && now - server->beat_ns < EF_WIRE_RUNNING_INTERVAL_MS * 1000000u)
        return;
    server->beat_ns = now;
    send_short(server, server->seq, EF_RUNNING);
}

/* Collect a whole frame. Returns its size (sequence, code, payload), 0 when nothing more is there or all has ended. */
static size_t next_frame(struct ef_litert_server *server, bool wait, uint8_t **frame) {
    static uint8_t stream[65536], receive[RECEIVE_BYTES];
    static size_t at, size, used;
    static bool overflow;
    *frame = receive;
    while (!server->ended) {
        if (at == size) {
            struct pollfd input = {server->in, POLLIN, 0};
            if (!wait && poll(&input, 1, 0) <= 0)
                return 0;
            if (wait)
                (void)alarm(0);
            ssize_t count = read(server->in, stream, sizeof stream);
            (void)alarm(server->limit_s);
            server->ended = count == 0 || (count < 0 && errno != EINTR);
            at = 0;
            size = count > 0 ? (size_t)count : 0u;
            continue;
        }
        uint8_t byte = stream[at++];
        if (byte != 0u) {
            overflow = overflow || used == sizeof receive;
            if (!overflow)
                receive[used++] = byte;
            continue;
        }
        size_t decoded = overflow ? 0u : ef_frame_decode(receive, used);
        used = 0;
        overflow = false;
        if (decoded > 0u)
            return decoded;
    }
    return 0;
}

bool ef_litert_go_on(struct ef_litert_server *server) {
    uint8_t *frame;
    while (next_frame(server, false, &frame) > 0u) {
        bool cancel = frame[1] == EF_CMD_CANCEL;
        server->cancelled = server->cancelled || cancel;
        send_short(server, frame[0], cancel ? EF_OK : EF_BAD_STATE);
    }
    return !server->cancelled && !server->ended;
}

static enum ef_status cancel(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    (void)reply;
    return ef_reader_done(request) ? EF_OK : ef_litert_malformed(server); /* nothing is running */
}

static const struct {
    uint8_t code; /* enum ef_command */
    handler answer;
} commands[] = {
    {EF_CMD_HELLO, ef_litert_hello},
    {EF_CMD_MODEL_USE, ef_litert_model_use},
    {EF_CMD_OPEN, ef_litert_open_model},
    {EF_CMD_MODEL_INFO, ef_litert_model_info},
    {EF_CMD_SIGNATURE, ef_litert_signature},
    {EF_CMD_TENSOR, ef_litert_tensor},
    {EF_CMD_INPUT, ef_litert_input},
    {EF_CMD_INPUT_USE, ef_litert_input_use},
    {EF_CMD_INVOKE, ef_litert_invoke},
    {EF_CMD_SAMPLES, ef_litert_sample_page},
    {EF_CMD_OUTPUT, ef_litert_output},
    {EF_CMD_OUTPUT_SAVE, ef_litert_output_save},
    {EF_CMD_MEMORY, ef_litert_memory_figures},
    {EF_CMD_CONDITIONS, ef_litert_conditions},
    {EF_CMD_CONDITIONS_DURING, ef_litert_conditions_during},
    {EF_CMD_TUNE, ef_litert_tune},
    {EF_CMD_CANCEL, cancel},
    {EF_CMD_RESET, ef_litert_reset},
};

static enum ef_status answer(struct ef_litert_server *server, uint8_t code, struct ef_reader *request,
                             struct ef_writer *reply) {
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].code == code)
            return commands[i].answer(server, request, reply);
    return ef_litert_no(server, EF_UNKNOWN_COMMAND, "LiteRT's runner measures and runs models; it deploys none");
}

void ef_litert_serve(struct ef_litert_server *server) {
    static uint8_t transmit[EF_LITERT_PAYLOAD + EF_FRAME_OVERHEAD];
    uint8_t *frame;
    size_t size;
    while (!server->ended && (size = next_frame(server, true, &frame)) > 0u) {
        struct ef_reader request = ef_reader_of(frame + HEAD_BYTES, size - HEAD_BYTES);
        struct ef_writer reply = {transmit + HEAD_BYTES, 0, EF_LITERT_PAYLOAD, false};
        uint8_t code = frame[1];
        server->seq = frame[0];
        server->cancelled = false;
        server->refusal[0] = '\0';
        server->beat_ns = ef_litert_now_ns();
        enum ef_status status = answer(server, code, &request, &reply);
        if (status == EF_OK && reply.full)
            status = ef_litert_no(server, EF_TOO_LARGE, "the reply exceeds the runner's buffer");
        if (status != EF_OK) {
            reply.used = 0;
            reply.full = false;
            ef_writer_number(&reply, 0xFFFFFFFFu, 4); /* neither operator nor tensor */
            ef_writer_span(&reply, server->refusal, strnlen(server->refusal, EF_WIRE_REFUSAL_TEXT_BYTES));
        }
        transmit[0] = server->seq;
        transmit[1] = (uint8_t)status;
        bool ended = server->ended;
        server->ended = false;
        (void)ef_frame_send(transmit, HEAD_BYTES + reply.used, write_bytes, server);
        server->ended = server->ended || ended;
    }
}
