/* The link on two descriptors: one request at a time, heartbeats and CANCEL while a model runs. */
#ifndef EF_LITERT_SERVER_H
#define EF_LITERT_SERVER_H

#include "ef_litert_model.h"
#include "ef_message.h"

#define EF_LITERT_PAYLOAD 65536u
#define EF_LITERT_SAMPLES 2000000u /* 16 MB, touched only as far as they are taken */

struct ef_litert_memory {
    uint64_t rss, anonymous, file, peak; /* bytes; 0 where the system does not say */
};

struct ef_litert_server {
    struct ef_litert litert;
    struct ef_litert_model model;
    bool open;
    int in, out;
    unsigned limit_s;
    const char *base, *version, *board, *os, *cpu;
    struct ef_litert_memory phases[5];
    uint64_t samples[EF_LITERT_SAMPLES];
    uint32_t sample_count;
    bool has_run;
    uint64_t first_ns, peak_before_cold, evicted_bytes;
    char refusal[EF_LITERT_REFUSAL_BYTES];
    bool cancelled, ended;
    uint8_t seq; /* of the request that is being answered */
    uint64_t beat_ns;
};

/* import, load, allocate, first_invoke, steady: what MEMORY tells of each */
enum ef_litert_phase { EF_IMPORT, EF_LOAD, EF_ALLOCATE, EF_FIRST_INVOKE, EF_STEADY };

/* Answer until the host goes away. */
void ef_litert_serve(struct ef_litert_server *server);

/* Refuse the request at hand; returns `status`. */
enum ef_status ef_litert_no(struct ef_litert_server *server, enum ef_status status, const char *text);

/* Refuse a request that is too short, too long or otherwise not one. */
enum ef_status ef_litert_malformed(struct ef_litert_server *server);

/* Tell the host that it goes on, at most once in half a second unless `at_once`. */
void ef_litert_beat(struct ef_litert_server *server, bool at_once);

/* Look for CANCEL; false when the run is to stop. */
bool ef_litert_go_on(struct ef_litert_server *server);

uint64_t ef_litert_now_ns(void);

/* ef_litert_commands.c: HELLO and what is about the open model */
enum ef_status ef_litert_hello(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_litert_open_model(struct ef_litert_server *server, struct ef_reader *request,
                                    struct ef_writer *reply);
enum ef_status ef_litert_model_info(struct ef_litert_server *server, struct ef_reader *request,
                                    struct ef_writer *reply);
enum ef_status ef_litert_signature(struct ef_litert_server *server, struct ef_reader *request,
                                   struct ef_writer *reply);
enum ef_status ef_litert_tensor(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_litert_input(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_litert_output(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_litert_reset(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);

/* ef_litert_measure.c: INVOKE and SAMPLES */
enum ef_status ef_litert_invoke(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_litert_sample_page(struct ef_litert_server *server, struct ef_reader *request,
                                     struct ef_writer *reply);

/* ef_litert_files.c: MODEL_USE, INPUT_USE, OUTPUT_SAVE and MODEL_INFO's digest */
enum ef_status ef_litert_model_use(struct ef_litert_server *server, struct ef_reader *request,
                                   struct ef_writer *reply);
enum ef_status ef_litert_input_use(struct ef_litert_server *server, struct ef_reader *request,
                                   struct ef_writer *reply);
enum ef_status ef_litert_output_save(struct ef_litert_server *server, struct ef_reader *request,
                                     struct ef_writer *reply);
enum ef_status ef_litert_digest(struct ef_litert_server *server, const char *path, uint8_t digest[32],
                                uint64_t *bytes);

/* The input or output that a request names; refuses where there is none. */
enum ef_status ef_litert_tensor_at(struct ef_litert_server *server, uint32_t side, uint32_t index,
                                   struct ef_litert_tensor **found);

/* ef_litert_system.c: what the system says */
struct ef_litert_memory ef_litert_memory_now(void);
void ef_litert_phase(struct ef_litert_server *server, enum ef_litert_phase phase);
enum ef_status ef_litert_memory_figures(struct ef_litert_server *server, struct ef_reader *request,
                                        struct ef_writer *reply);
enum ef_status ef_litert_conditions(struct ef_litert_server *server, struct ef_reader *request,
                                    struct ef_writer *reply);
void ef_litert_changing(struct ef_writer *reply); /* the conditions that can change while a model runs */
uint64_t ef_litert_cache_bytes(void);

/* ef_litert_surroundings.c: TUNE, and readings between runs: forget those before, take one where it is due */
void ef_litert_look_begin(void);
void ef_litert_look(bool at_once);
enum ef_status ef_litert_conditions_during(struct ef_litert_server *server, struct ef_reader *request,
                                           struct ef_writer *reply);
enum ef_status ef_litert_tune(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply);

#endif /* EF_LITERT_SERVER_H */
