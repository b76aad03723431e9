/* See ../../README.md. */
#ifndef FREERTOS_TASK_H
#define FREERTOS_TASK_H

#include "freertos/FreeRTOS.h"

static inline void vTaskDelay(TickType_t ticks) { (void)ticks; }

#endif
