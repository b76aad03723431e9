/* Operators of two inputs that broadcast to the output, in types that need no requantization. */
#ifndef EF_BINARY_H
#define EF_BINARY_H

#include "ef_broadcast.h"

/* 40 bytes: the walk, which operator it is, room for one more word. */
struct ef_binary {
    struct ef_broadcast broadcast;
    uint32_t code;
    uint32_t detail;
};

/* Fills a record from shapes and the kernel's code; `detail` is what the operator makes of it. Refuses shapes that do not
 * broadcast. */
enum ef_status ef_binary_prepare_with(struct ef_context *context, uint32_t detail);

#endif /* EF_BINARY_H */
