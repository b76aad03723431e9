/* What the server's files share; nothing for users. */
#ifndef EF_LINK_PARTS_H
#define EF_LINK_PARTS_H

#include "ef_link.h"
#include "ef_wire.h"

/* Answers one command: reads its fields, writes the reply's. Other than EF_OK: a refusal, described in link->error. */
typedef enum ef_status (*ef_link_handler)(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);

/* Describe a refusal and return `status`; '#' in `text` becomes `number`. */
enum ef_status ef_link_refuse(struct ef_link *link, enum ef_status status, const char *text, int32_t number);

/* A field is missing, too long, or something is left over. */
enum ef_status ef_link_malformed(struct ef_link *link);

/* Send RUNNING for the request being worked on, at most once in 500 ms; `at_once` without that limit. */
void ef_link_beat(struct ef_link *link, bool at_once);

/* Look at what has arrived while a request is being worked on. Returns false when the host has cancelled. */
bool ef_link_poll(struct ef_link *link);

/* Forget the opened model. */
void ef_link_close(struct ef_link *link);

/* Go back to the previous model where the active one is damaged in flash, and say so on the line. */
void ef_link_settle(struct ef_link *link);

/* Open slot `index` with the signature of this name (empty: the first), its inputs zero. */
enum ef_status ef_link_open(struct ef_link *link, unsigned index, struct ef_span name);

/* Between operators what lies from the first of these to the second is the server's own: whoever counts instructions
 * from outside (edgeflow/bench/cycles.py) finds them by their names. */
enum ef_status ef_link_before_operator(void *user, uint32_t index);
void ef_link_resume(struct ef_link *link);

/* Run the chosen signature once, the inputs as the host wrote them. `*ticks` leaves out what the server took. */
enum ef_status ef_link_run_model(struct ef_link *link, uint64_t *ticks);

enum ef_status ef_link_hello(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_memory(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_conditions(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);

enum ef_status ef_link_model_begin(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_model_chunk(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_model_commit(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_model_activate(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_list_slots(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);

enum ef_status ef_link_open_model(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_model_info(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_signature(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_tensor(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_input(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_output(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);

enum ef_status ef_link_invoke(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_list_samples(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_link_profile(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply);

#endif /* EF_LINK_PARTS_H */
