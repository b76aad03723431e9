/* The link server on a board in memory: the input's records (fuzz.h) arrive on its pipe, the power goes when they say,
 * and the board starts again. Each reply must be a whole frame with a known status. Flash keeps the rules of NOR; once a
 * model is active there, every later start must find an active model that is whole. */
#include <stdlib.h>
#include <string.h>

#include "ef_frame.h"
#include "ef_link.h"
#include "ef_load.h"
#include "ef_nor.h"
#include "ef_wire.h"
#include "fuzz.h"

#define SLOT_BYTES 8192u
#define OPERATORS 16u
#define POLLS_MAX 150u
#define STARTS_MAX 24u
#define QUEUE_BYTES 65536u
#define REPLY_BYTES 16384u

static struct board {
    const uint8_t *data; /* records that have not arrived */
    size_t left;
    uint8_t queue[QUEUE_BYTES]; /* on the line */
    size_t at, used;
    uint8_t reply[REPLY_BYTES]; /* since the last zero */
    size_t reply_used;
    size_t piece; /* bytes that one read gives at most */
    uint32_t payload, polls, steps, noise;
    uint64_t now;
    uint8_t seq, way;
    bool cut_armed, dead, ended; /* `ended`: the stream has, until the next start */
    bool busy;                   /* what is on the line arrives at once, not frame by frame when the board waits */
    struct ef_nor nor;
} board;

static bool to_queue(void *context, const uint8_t *data, size_t size) {
    (void)context;
    if (size > QUEUE_BYTES - board.used) return false;
    memcpy(board.queue + board.used, data, size);
    board.used += size;
    return true;
}

static void send(uint8_t seq, uint8_t code, const uint8_t *payload, size_t size) {
    static uint8_t body[UINT16_MAX + 8u];
    body[0] = seq;
    body[1] = code;
    if (size > 0u) memcpy(body + 2, payload, size);
    (void)ef_frame_send(body, size + 2u, to_queue, NULL);
}

/* What a host does to put a model there, with the right digest. */
static void upload(const uint8_t *model, uint32_t size) {
    static const uint8_t open[] = {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, activate[] = {1, 0, 'm', 0, 0};
    uint8_t begin[3 + 4 + EF_SHA256_BYTES] = {1, 0, 'm'}, chunk[4 + 1024];
    const uint32_t part = board.payload < 1028u ? board.payload - 4u : 1024u;
    struct ef_sha256 sha;
    ef_sha256_begin(&sha);
    ef_sha256_add(&sha, model, size);
    ef_sha256_end(&sha, begin + 7);
    ef_store_u32(begin + 3, size);
    send(board.seq++, EF_CMD_MODEL_BEGIN, begin, sizeof begin);
    for (uint32_t at = 0; at < size; at += part) {
        const uint32_t now = size - at < part ? size - at : part;
        ef_store_u32(chunk, at);
        memcpy(chunk + 4, model + at, now);
        send(board.seq++, EF_CMD_MODEL_CHUNK, chunk, now + 4u);
    }
    send(board.seq++, EF_CMD_MODEL_COMMIT, NULL, 0);
    send(board.seq++, EF_CMD_MODEL_ACTIVATE, activate, sizeof activate);
    send(board.seq++, EF_CMD_OPEN, open, sizeof open);
}

static void take_record(void) {
    const uint8_t kind = board.data[0] & (uint8_t)~FUZZ_BUSY, *content = board.data + FUZZ_RECORD_BYTES;
    uint32_t size = ef_load_u16(board.data + 1);
    if (size > board.left - FUZZ_RECORD_BYTES) size = (uint32_t)(board.left - FUZZ_RECORD_BYTES);
    board.busy = (board.data[0] & FUZZ_BUSY) != 0;
    board.data = content + size;
    board.left -= FUZZ_RECORD_BYTES + size;
    board.at = board.used = 0;
    switch (kind % FUZZ_KINDS) {
        case FUZZ_RAW: (void)to_queue(NULL, content, size); break;
        case FUZZ_FRAME: if (size >= 2u) send(content[0], content[1], content + 2, size - 2u); break;
        case FUZZ_UPLOAD: upload(content, size); break;
        case FUZZ_CUT:
            if (size < 3u) break;
            board.cut_armed = true;
            board.steps = ef_load_u16(content);
            board.way = content[2] % 4u;
            break;
        default: board.ended = true; break;
    }
}

static int32_t read(void *context, uint8_t *data, size_t capacity, bool wait) {
    (void)context;
    if (!wait && ++board.polls > POLLS_MAX) board.ended = true;
    while (board.at == board.used && !board.ended && !board.dead) {
        if (board.left < FUZZ_RECORD_BYTES) return wait ? -1 : 0;
        if (!wait && !(board.data[0] & FUZZ_BUSY)) return 0;
        take_record();
    }
    if (board.ended || board.dead) return -1;
    if (!wait && !board.busy) return 0;
    size_t size = board.used - board.at;
    if (size > board.piece) size = board.piece;
    if (size > capacity) size = capacity;
    if (!board.busy && size > 1u) { /* the next frame is read ahead of nothing */
        const uint8_t *end = memchr(board.queue + board.at + 1u, 0, size - 1u);
        if (end != NULL) size = (size_t)(end - board.queue) + 1u - board.at;
    }
    memcpy(data, board.queue + board.at, size);
    board.at += size;
    return (int32_t)size;
}

static bool write(void *context, const uint8_t *data, size_t size) {
    (void)context;
    for (size_t i = 0; i < size; ++i) {
        if (data[i] != 0u) {
            if (board.reply_used == REPLY_BYTES) abort();
            board.reply[board.reply_used++] = data[i];
        } else if (board.reply_used > 0u) {
            const size_t decoded = ef_frame_decode(board.reply, board.reply_used);
            if (decoded < 2u || decoded > board.payload + 2u || board.reply[1] > EF_NOT_FINITE) abort();
            board.reply_used = 0;
        }
    }
    return !board.dead;
}

static uint64_t ticks(void *context) {
    (void)context;
    return board.now += 997u;
}

static uint64_t ticks_hz(void *context) {
    (void)context;
    return 1000000u;
}

static uint8_t draw(void) {
    board.noise = board.noise * 1664525u + 1013904223u;
    return (uint8_t)(board.noise >> 24);
}

/* Whether this step of flash is done whole (2), in part (1) or not at all (0). */
static int powered(void) {
    if (board.dead) return 0;
    if (!board.cut_armed || board.steps-- > 0u) return 2;
    board.dead = true;
    return 1;
}

static bool erase(void *context, uint32_t offset) {
    const int power = powered();
    (void)context;
    if (offset % board.nor.sector_bytes != 0u || offset >= board.nor.bytes) abort();
    if (power == 2) return ef_nor_erase(&board.nor, offset);
    for (uint32_t i = 0; power == 1 && i < board.nor.sector_bytes; ++i) {
        uint8_t *byte = board.nor.data + offset + i;
        if (board.way == 3u || (board.way == 1u && i < board.nor.sector_bytes / 2u)) *byte = 0xFF;
        if (board.way == 2u) *byte |= draw();
    }
    return false;
}

static bool program(void *context, uint32_t offset, const uint8_t *data, size_t size) {
    const struct ef_port *port = context;
    const int power = powered();
    if (offset % port->program_bytes != 0u || size % port->program_bytes != 0u) abort();
    if (offset > board.nor.bytes || size > board.nor.bytes - offset) abort();
    if (power == 2) return ef_nor_program(&board.nor, offset, data, size);
    for (size_t i = 0; power == 1 && i < size; ++i) {
        uint8_t *byte = board.nor.data + offset + i;
        if (board.way == 3u || (board.way == 1u && i < size / 2u)) *byte &= data[i];
        else if (board.way == 2u) *byte &= data[i] | draw();
    }
    return false;
}

static void *claim(size_t bytes) {
    void *memory = malloc(bytes);
    if (memory == NULL) abort();
    memset(memory, 0xA5, bytes);
    return memory;
}

/* A board as the input's head describes it. */
static void make(struct ef_port *port, const uint8_t *head) {
    static const uint32_t sectors[] = {512, 1024, 4096, 512}, payloads[] = {128, 200, 1024, 4096};
    static const uint32_t arenas[] = {4096, 1024, 256, 96};
    memset(port, 0, sizeof *port);
    board.payload = payloads[head[0] >> 3 & 3u];
    board.piece = 1u + head[3] % 64u;
    board.noise = head[3];
    port->context = port;
    port->read = read;
    port->write = write;
    port->ticks = ticks;
    port->ticks_hz = ticks_hz;
    port->slots_bytes = 2u * SLOT_BYTES + (head[2] >> 3);
    if (head[0] & 1u) {
        port->erase = erase;
        port->program = program;
        port->sector_bytes = sectors[head[0] >> 1 & 3u];
        port->program_bytes = 1u << head[1] % 5u;
        port->slots_bytes += 2u * port->sector_bytes;
    }
    port->slots = claim(port->slots_bytes);
    if (head[2] & 1u) memset(port->slots, 0xFF, port->slots_bytes);
    if (head[2] & 2u) port->slots_path = "slots/";
    board.nor.data = port->slots;
    board.nor.bytes = port->slots_bytes;
    board.nor.sector_bytes = port->sector_bytes;
    port->arena_bytes = arenas[head[1] >> 5 & 3u];
    port->arena = claim(port->arena_bytes);
    port->receive_bytes = EF_FRAME_STUFFED(board.payload + EF_FRAME_OVERHEAD);
    port->receive = claim(port->receive_bytes);
    port->transmit_bytes = board.payload + EF_FRAME_OVERHEAD;
    port->transmit = claim(port->transmit_bytes);
    port->sample_count = 2u + (head[2] >> 2 & 3u);
    port->samples = claim(port->sample_count * sizeof *port->samples);
    port->operator_count = OPERATORS;
    port->operator_ticks = claim(OPERATORS * sizeof *port->operator_ticks);
    port->window = 1u + (head[0] >> 5);
    port->board = port->kernels = port->os = "fuzz";
    port->kernel_table = ef_kernels_all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct ef_link link;
    struct ef_port port;
    bool had_active = false;
    if (size < FUZZ_HEAD_BYTES) return 0;
    memset(&board, 0, sizeof board);
    make(&port, data);
    board.data = data + FUZZ_HEAD_BYTES;
    board.left = size - FUZZ_HEAD_BYTES;
    for (unsigned start = 0; start < STARTS_MAX && board.polls <= POLLS_MAX; ++start) {
        ef_link_begin(&link, &port);
        const unsigned active = link.slots.directory.active;
        if (had_active && (active == EF_SLOTS_NO_SLOT || !ef_slots_intact(&link.slots, active))) abort();
        const enum ef_link_end end = ef_link_run(&link);
        had_active = had_active || (port.erase != NULL && link.slots.directory.active != EF_SLOTS_NO_SLOT);
        if (end == EF_LINK_ENDED && !board.ended && !board.dead) break; /* nothing is left */
        if (end == EF_LINK_ENDED) board.at = board.used = 0;
        board.reply_used = 0;
        board.cut_armed = board.cut_armed && !board.dead;
        board.dead = board.ended = false;
    }
    free(port.slots);
    free(port.arena);
    free(port.receive);
    free(port.transmit);
    free(port.samples);
    free(port.operator_ticks);
    return 0;
}
