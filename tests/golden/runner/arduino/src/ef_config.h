/* edgeflow generate sine_int8.tflite --runner --board nucleo-f446re --framework arduino -o . */
/* The runtime's options for this project; the rest have the defaults of ef_config_defaults.h. */
#ifndef EF_PROJECT_CONFIG_H
#define EF_PROJECT_CONFIG_H

#include "ef_config_defaults.h"

#endif /* EF_PROJECT_CONFIG_H */
