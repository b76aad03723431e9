/* Preparing reductions that need no requantization; refuses what ef_reduce_prepare() refuses. */
#include "ef_reducing.h"

enum ef_status ef_reduce_any_prepare(struct ef_context *context) {
    struct ef_reduce reduce;
    const enum ef_status status = ef_reduce_prepare(context, &reduce);
    if (status != EF_OK) return status;
    struct ef_reducing *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->reduce = reduce;
    record->code = context->kernel->code;
    return EF_OK;
}
