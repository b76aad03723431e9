/* Preparing operators of two inputs; see the header. */
#include "ef_binary.h"

#include "ef_operators.h"

enum ef_status ef_binary_prepare_with(struct ef_context *context, uint32_t detail) {
    struct ef_broadcast broadcast;
    const enum ef_status status = ef_broadcast_prepare(context, &broadcast);
    if (status != EF_OK) return status;
    struct ef_binary *record = ef_need_record(context, sizeof *record);
    if (!record) return EF_OK;
    record->broadcast = broadcast;
    record->code = context->kernel->code;
    record->detail = detail;
    return EF_OK;
}

enum ef_status ef_binary_prepare(struct ef_context *context) { return ef_binary_prepare_with(context, 0); }
