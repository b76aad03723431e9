/* edgeflow generate sine_int8.tflite --runner --board netduinoplus2 --framework bare-metal -o . */
/* The runtime's options for this project; the rest have the defaults of ef_config_defaults.h. */
#ifndef EF_PROJECT_CONFIG_H
#define EF_PROJECT_CONFIG_H
/* names that the runner tells; port/bare/main.c */
#define EF_BOARD "netduinoplus2"
#define EF_CPU "STM32F405RGT6, Cortex-M4F"
#define EF_FLAGS "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2"

#include "ef_config_defaults.h"

#endif /* EF_PROJECT_CONFIG_H */
