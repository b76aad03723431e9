/* See poll.h. */
#ifndef STUB_TIME_H
#define STUB_TIME_H
#include_next <time.h>
#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC 4
#ifdef __cplusplus
extern "C"
#endif
int clock_gettime(clockid_t clock, struct timespec *now);
#endif
#endif
