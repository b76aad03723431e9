/* The readable half of a refusal: which operator, which tensor, which limit. */
#ifndef EF_ERROR_H
#define EF_ERROR_H

#include <stdint.h>

#include "ef_config.h"
#include "ef_status.h"

#define EF_ERROR_TEXT_BYTES 96

struct ef_error {
    enum ef_status status;
    int32_t operator_index; /* in the chosen subgraph, or -1 */
    int32_t tensor_index;   /* in the chosen subgraph, or -1 */
    char text[EF_ERROR_TEXT_BYTES]; /* UTF-8, always terminated, "" when there is nothing to say */
};

/* Make it say "nothing wrong". */
void ef_error_clear(struct ef_error *error);

/* Fill `error` and return `status`. Each '#' in `text` becomes the next of the two numbers `a`, `b`, in decimal.
 * Text beyond the field is cut. `error` may be NULL. */
enum ef_status ef_error_set(struct ef_error *error, enum ef_status status, int32_t operator_index,
                            int32_t tensor_index, const char *text, int32_t a, int32_t b);

#endif /* EF_ERROR_H */
