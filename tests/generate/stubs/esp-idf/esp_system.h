/* See ../README.md. */
#ifndef ESP_SYSTEM_H
#define ESP_SYSTEM_H

#include "../line.h"

typedef int esp_err_t;
#define ESP_OK 0
#define ESP_ERR_NOT_FOUND 0x105
#define ESP_ERROR_CHECK(expression) \
    do { \
        if ((expression) != ESP_OK) \
            exit(71); \
    } while (0)

static inline void esp_restart(void) { exit(42); }

#endif
