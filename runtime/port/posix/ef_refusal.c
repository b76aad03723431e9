/* Names in refusals come from the host or from a manifest: no control character goes on. */
#define _POSIX_C_SOURCE 200809L
#include "ef_refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum ef_status ef_refusal_say(struct ef_error *error, enum ef_status status, const char *format, ...) {
    va_list words;
    error->status = status;
    error->operator_index = -1;
    error->tensor_index = -1;
    va_start(words, format);
    (void)vsnprintf(error->text, sizeof error->text, format, words);
    va_end(words);
    for (char *c = error->text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return status;
}

enum ef_status ef_refusal_errno(struct ef_error *error, const char *name) {
    int why = errno;
    bool full = why == ENOSPC || why == EDQUOT;
    return ef_refusal_say(error, full ? EF_TOO_LARGE : EF_IO_ERROR, "%s: %s", strerror(why), name);
}
