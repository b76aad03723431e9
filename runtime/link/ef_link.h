/* The link server: answers requests (docs/PROTOCOL.md) over a port, runs models with the core's interpreter.
 *
 *     static struct ef_link link;
 *     ef_link_begin(&link, &port);
 *     if (ef_link_run(&link) == EF_LINK_RESET) restart();
 *
 * Bytes that arrive are hostile: a damaged frame is dropped without an answer, a request with wrong fields is refused.
 * The same request twice in a row (the reply was lost) gets the same answer and is not done again. */
#ifndef EF_LINK_H
#define EF_LINK_H

#include "ef_message.h"
#include "ef_port.h"
#include "ef_runtime.h"
#include "ef_slots.h"

#define EF_LINK_SIGNATURES 4u /* signatures that keep their variables while another one is chosen */

enum ef_link_end {
    EF_LINK_ENDED, /* the stream has ended */
    EF_LINK_RESET  /* the host asked for a restart; the reply is out */
};

/* One signature that has been prepared; later ones lie behind it in the arena. */
struct ef_link_prepared {
    struct ef_interpreter interpreter;
    int32_t signature; /* index, -1: the first subgraph of a model without signatures */
    uint8_t *copy;     /* the inputs' bytes as the host wrote them; NULL where the arena has no room for them */
};

/* All state of one server. The fields are the server's. */
struct ef_link {
    const struct ef_port *port;
    struct ef_slots slots;
    struct ef_error error;

    uint8_t stream[64]; /* read ahead */
    uint32_t stream_at, stream_size;
    uint32_t receive_used;
    bool receive_overflow;
    bool ended;

    uint32_t last_crc, last_size; /* of the request answered last */
    uint32_t reply_size;          /* its reply, still in `transmit` */
    uint32_t request_crc;         /* of the request being worked on */
    uint8_t request_seq;
    uint64_t beat_ticks; /* of the last RUNNING */
    bool cancelled;

    unsigned open_slot; /* EF_SLOTS_NO_SLOT: nothing is open */
    struct ef_model model;
    struct ef_link_prepared prepared[EF_LINK_SIGNATURES];
    uint32_t prepared_count;
    uint32_t chosen;
    size_t arena_used;

    uint32_t samples, batch, warmup_runs;
    uint64_t first_ticks; /* of the first run since OPEN */
    bool has_run;
    uint32_t profile_operators, profile_runs; /* 0: no profile */
    bool profiling;
    uint64_t run_ticks, mark_ticks; /* of the run under way: spent in operators; when the last hook ended */
};

void ef_link_begin(struct ef_link *link, const struct ef_port *port);

/* Answer until the stream ends or a restart is asked for. */
enum ef_link_end ef_link_run(struct ef_link *link);

#endif /* EF_LINK_H */
