/* For compilers without a C library: what the runtime takes of <string.h>. The functions that a compiler calls of its own
 * accord (memcpy, memmove, memset, memcmp) come with it; the others are in ef_string.c. */
#ifndef EF_FREESTANDING_STRING_H
#define EF_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);

#endif /* EF_FREESTANDING_STRING_H */
