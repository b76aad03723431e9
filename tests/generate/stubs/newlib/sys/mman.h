/* See ../poll.h. */
#ifndef STUB_MMAN_H
#define STUB_MMAN_H
#include <sys/types.h>
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 32
#define MAP_FAILED ((void *)-1)
#ifdef __cplusplus
extern "C"
#endif
void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset);
#endif
