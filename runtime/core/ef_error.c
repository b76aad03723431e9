/* Refusals as text, without stdio. It refuses nothing. */
#include "ef_error.h"

#include <stddef.h>

void ef_error_clear(struct ef_error *error) {
    if (error == NULL) return;
    error->status = EF_OK;
    error->operator_index = -1;
    error->tensor_index = -1;
    error->text[0] = '\0';
}

/* Append `value` in decimal at `at`; returns the new end, never beyond `limit`. */
static uint32_t append_number(char *text, uint32_t at, uint32_t limit, int32_t value) {
    char digits[11];
    uint32_t count = 0;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do {
        digits[count++] = (char)('0' + rest % 10u);
        rest /= 10u;
    } while (rest != 0u);
    if (value < 0) digits[count++] = '-';
    while (count > 0u && at < limit) text[at++] = digits[--count];
    return at;
}

enum ef_status ef_error_set(struct ef_error *error, enum ef_status status, int32_t operator_index,
                            int32_t tensor_index, const char *text, int32_t a, int32_t b) {
    if (error == NULL) return status;
    error->status = status;
    error->operator_index = operator_index;
    error->tensor_index = tensor_index;
    const uint32_t limit = EF_ERROR_TEXT_BYTES - 1u;
    uint32_t at = 0;
    int32_t next = a;
    for (; *text != '\0' && at < limit; ++text) {
        if (*text == '#') {
            at = append_number(error->text, at, limit, next);
            next = b;
        } else {
            error->text[at++] = *text;
        }
    }
    error->text[at] = '\0';
    return status;
}
