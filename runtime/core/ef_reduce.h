/* Reductions over any axes: which input elements make output element o. Dimensions are merged into levels that are kept
 * or reduced, outermost first. */
#ifndef EF_REDUCE_H
#define EF_REDUCE_H

#include "ef_kernel.h"

/* An output is the sum of `runs` runs of `run` elements `run_step` apart. */
struct ef_reduce {
    uint32_t outputs, runs, run, run_step;
    uint32_t count[EF_MAX_RANK]; /* sizes of the levels */
    uint32_t levels;
    uint32_t reduced; /* bit l: level l is reduced; its innermost one is the run */
};

/* Fill it from input 0 and the constant axes in input 1 (int32; negative ones count from the end; twice named is once).
 * Refuses axes beyond the rank and an output of another number of elements. */
enum ef_status ef_reduce_prepare(struct ef_context *context, struct ef_reduce *reduce);

/* First input element of output `o`. */
uint32_t ef_reduce_origin(const struct ef_reduce *reduce, uint32_t o);

/* First element of run `r`, counted from the output's origin. */
uint32_t ef_reduce_run(const struct ef_reduce *reduce, uint32_t r);

#endif /* EF_REDUCE_H */
