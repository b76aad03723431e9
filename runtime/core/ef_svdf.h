/* SVDF: filters over the input, remembered in a variable, then weighted over time and summed. */
#ifndef EF_SVDF_H
#define EF_SVDF_H

#include "ef_kernel.h"

struct ef_svdf {
    uint32_t batches, inputs, filters, memory, rank;
};

/* Operands: input [N, I], feature weights [F, I], time weights [F, M], bias [U] or none, state [N, F * M]; the output is
 * [N, U], F = U * rank. Refuses shapes that do not belong together. */
enum ef_status ef_svdf_prepare(struct ef_context *context, struct ef_svdf *svdf);

#endif /* EF_SVDF_H */
