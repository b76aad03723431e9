/* One value of an output after activation and calibration; used by the files that read outputs. */
#ifndef EF_WRAPPER_VALUE_H
#define EF_WRAPPER_VALUE_H

#include "ef_wrapper.h"

/* What softmax needs of a row, kept from one value to the next: begin with EF_WRAPPER_NO_ROW. */
struct ef_wrapper_row {
    uint32_t number;
    float most;
    double sum;
};

#define EF_WRAPPER_NO_ROW {UINT32_MAX, 0.0f, 0.0}

float ef_wrapper_value(const struct ef_wrapper_out *out, const void *tensor, uint32_t i, struct ef_wrapper_row *row);

/* The label of a whole number in reach, else "". */
const char *ef_wrapper_label(const struct ef_wrapper_labels *labels, float value);

#endif /* EF_WRAPPER_VALUE_H */
