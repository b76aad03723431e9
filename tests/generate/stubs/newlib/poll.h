/* What newlib lacks of POSIX, declared only: the stubs are compiled for a core here, not run. */
#ifndef STUB_POLL_H
#define STUB_POLL_H
#include <sys/types.h>
#define POLLIN 1
struct pollfd {
    int fd;
    short events, revents;
};
#ifdef __cplusplus
extern "C"
#endif
int poll(struct pollfd *files, unsigned long count, int wait_ms);
#endif
