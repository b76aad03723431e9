/* Kernels that only ahead-of-time builds call: edgeflow's compiler has re-laid their weights and has checked for the very
 * operator whatever they need. What each one needs and refuses stands at the top of its file ef_<name>.c; its record and
 * constants are made by edgeflow/generate/tuned. Calls are those of ef_kernel.h. */
#ifndef EF_TUNED_H
#define EF_TUNED_H

#include "ef_window.h"

#endif /* EF_TUNED_H */
