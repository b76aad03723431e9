/* See ../README.md. */
#include "../line.h"

static inline int64_t esp_timer_get_time(void) { return (int64_t)line_us(); }
