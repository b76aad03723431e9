/* Refusals in words of this port, which has stdio. */
#ifndef EF_REFUSAL_H
#define EF_REFUSAL_H

#include "ef_error.h"

#if defined(__GNUC__)
#define EF_PRINTS(text, first) __attribute__((format(printf, text, first)))
#else
#define EF_PRINTS(text, first)
#endif

/* Describe a refusal and return `status`; what the field does not hold is cut, other than ASCII becomes '?'. */
enum ef_status ef_refusal_say(struct ef_error *error, enum ef_status status, const char *format, ...) EF_PRINTS(3, 4);

/* What the operating system said no to, by errno, and to which name. */
enum ef_status ef_refusal_errno(struct ef_error *error, const char *name);

#endif /* EF_REFUSAL_H */
