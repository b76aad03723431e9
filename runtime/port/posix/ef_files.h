/* A device whose models are files: what the link server asks of the port then (ef_port.h, EF_WITH_FILES).
 *
 * The opened model is mapped from its file, read-only, and stands in the server's first slot. */
#ifndef EF_FILES_H
#define EF_FILES_H

#include "ef_link_parts.h"
#include "ef_releases.h"

#define EF_FILES_TEXT_BYTES 1024u /* of a path in a request */

struct ef_files {
    struct ef_releases releases;
    struct ef_port *port;
    struct ef_link *link;
    uint8_t *map; /* the opened model; NULL */
    size_t map_bytes;
    bool hashed; /* the slot's entry has the model's SHA-256 */
};

/* Keep releases in the folder at `path`, which must be there, and fill in what `port` says of it. False with errno. */
bool ef_files_begin(struct ef_files *files, const char *path, struct ef_port *port, struct ef_link *link);

/* The port's `answer`; `context` is the struct ef_files. */
bool ef_files_answer(void *context, struct ef_link *link, uint8_t code, struct ef_reader *request,
                     struct ef_writer *reply, enum ef_status *status);

/* --- between the files of this part --- */

/* Map a model and make it the one that the server can open; `label` is its slot's name, or empty. */
enum ef_status ef_files_map(struct ef_files *files, int file, struct ef_span label);

/* Map a model, run it once with zeros and close it. */
enum ef_status ef_files_try(void *context, int file);

enum ef_status ef_files_open(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_files_info(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_files_use(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_files_input_use(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply);
enum ef_status ef_files_output_save(struct ef_files *files, struct ef_reader *request, struct ef_writer *reply);

/* Make the folders for files that host and device share; what an earlier session left in io/ goes. */
void ef_files_make_scratch(struct ef_files *files);

/* A file by its absolute path, EF_FILES_TEXT_BYTES at most; -1 where there is none, *refused then says so. */
int ef_files_at(struct ef_files *files, struct ef_span path, enum ef_status *refused);

#endif /* EF_FILES_H */
