/* The Helium kernels that only ahead-of-time builds call; see ef_tuned.h. */
#ifndef EF_TUNED_MVE_H
#define EF_TUNED_MVE_H

#include "ef_add_s8_mve.h"
#include "ef_average_pool_2d_s8_mve.h"
#include "ef_conv_2d_s8_mve.h"
#include "ef_depthwise_conv_2d_s8_mve.h"
#include "ef_fully_connected_s8_mve.h"
#include "ef_softmax_s8_mve.h"

#endif /* EF_TUNED_MVE_H */
