/* What the tuned int8 convolutions have in common: their record, and pixels made wide for the matrix kernel. */
#ifndef EF_CONV_2D_S8_DSP_H
#define EF_CONV_2D_S8_DSP_H

#include "ef_dsp.h"
#include "ef_mat_mul_s8_dsp.h"
#include "ef_window.h"

/* inputs[1]: weights, inputs[2]: parameters, as in ef_mat_mul_s8_dsp.h. Scratch: 8 bytes for each of `pairs`. */
struct ef_conv_2d_s8_dsp {
    struct ef_window window;
    int32_t added;
    uint16_t pairs;        /* values under a window / 2, rounded up */
    int16_t in_zero_point;
    int16_t min, max;      /* of the clamp; -128, 127: none beside saturation */
};

/* The matrix kernel's job for output at `out`; two pixels. */
static inline struct ef_mat_mul_s8_dsp ef_conv_2d_s8_dsp_job(const struct ef_call *call, int8_t *out) {
    const struct ef_conv_2d_s8_dsp *record = call->record;
    const struct ef_mat_mul_s8_dsp job = {call->scratch,
                                          call->inputs[1],
                                          call->inputs[2],
                                          out,
                                          record->window.out_c,
                                          record->added,
                                          record->pairs,
                                          record->window.out_c / 4u};
    return job;
}

#endif /* EF_CONV_2D_S8_DSP_H */
