/* Fused multiply-add of single floats in registers of an Arm FPU (Cortex-M4F, M7, M33, M55...). EF_HAVE_FMA says whether the
 * core has it; EF_WITH_DSP=0 leaves it unused. Only for GCC and Clang on Arm in Thumb state. */
#ifndef EF_FMA_H
#define EF_FMA_H

#include "ef_config.h"

#if EF_WITH_DSP && defined(__ARM_FEATURE_FMA) && defined(__ARM_FP) && defined(__thumb2__) && defined(__GNUC__)
#define EF_HAVE_FMA 1
#else
#define EF_HAVE_FMA 0
#endif

#endif /* EF_FMA_H */
