/* What a kernel's prepare may ask and say: see ef_kernel.h. */
#include <string.h>

#include "ef_graph.h"

int ef_input(const struct ef_context *context, uint32_t i, struct ef_tensor *tensor) {
    const int32_t index = ef_context_input(context, i);
    if (index < 0) return 0;
    (void)ef_graph_tensor(context->interpreter, context->operator_index, (uint32_t)index, tensor, NULL);
    return 1;
}

void ef_output(const struct ef_context *context, uint32_t i, struct ef_tensor *tensor) {
    const int32_t index = ef_context_output(context, i);
    (void)ef_graph_tensor(context->interpreter, context->operator_index, (uint32_t)index, tensor, NULL);
}

static const uint8_t *option(const struct ef_context *context, uint32_t id, uint32_t bytes) {
    if (context->options == 0u) return NULL;
    const struct ef_model *model = context->interpreter->model;
    const uint32_t at = ef_flatbuffer_field(model, context->options, id, bytes);
    return at == 0u || at == EF_DAMAGED ? NULL : model->bytes + at;
}

int32_t ef_option_i32(const struct ef_context *context, uint32_t id, int32_t otherwise) {
    const uint8_t *at = option(context, id, 4u);
    return at == NULL ? otherwise : ef_load_i32(at);
}

int32_t ef_option_i8(const struct ef_context *context, uint32_t id, int32_t otherwise) {
    const uint8_t *at = option(context, id, 1u);
    return at == NULL ? otherwise : (int8_t)*at;
}

float ef_option_f32(const struct ef_context *context, uint32_t id, float otherwise) {
    const uint8_t *at = option(context, id, 4u);
    return at == NULL ? otherwise : ef_load_f32(at);
}

uint32_t ef_option_i32s(const struct ef_context *context, uint32_t id, const uint8_t **entries) {
    const struct ef_model *model = context->interpreter->model;
    const uint32_t vector = context->options == 0u ? 0u : ef_flatbuffer_vector(model, context->options, id, 4u);
    const uint32_t count = ef_flatbuffer_count(model, vector);
    *entries = count == 0u ? NULL : model->bytes + vector + 4u;
    return count;
}

const uint8_t *ef_custom_options(const struct ef_context *context, uint32_t *bytes) {
    *bytes = context->custom_options_bytes;
    return *bytes == 0u ? NULL : context->interpreter->model->bytes + context->custom_options + 4u;
}

enum ef_status ef_refuse(struct ef_context *context, enum ef_status status, int32_t operand, const char *text,
                         int32_t a, int32_t b) {
    int32_t tensor = -1;
    if (operand >= 0 && operand != EF_NO_OPERAND) tensor = ef_context_input(context, (uint32_t)operand);
    if (operand < 0) tensor = ef_context_output(context, (uint32_t)(-1 - operand));
    return ef_error_set(context->error, status, context->operator_index, tensor, text, a, b);
}

void ef_need_scratch(struct ef_context *context, uint32_t bytes) { context->scratch_bytes = bytes; }

void *ef_need_record(struct ef_context *context, uint32_t bytes) {
    context->record_bytes = (bytes + 3u) & ~UINT32_C(3);
    return context->record != NULL && context->record_bytes == context->record_room ? context->record : NULL;
}

enum ef_status ef_check_same_shape(struct ef_context *context, int32_t operand, const struct ef_tensor *a,
                                   const struct ef_tensor *b) {
    int same = a->rank == b->rank;
    for (uint32_t d = 0; d < EF_MAX_RANK; ++d) same = same && a->dims[d] == b->dims[d];
    if (same) return EF_OK;
    return ef_refuse(context, EF_UNSUPPORTED_SHAPE, operand, EF_TEXT("input and output must have the same shape"), 0,
                     0);
}

enum ef_status ef_check_same_quantization(struct ef_context *context, int32_t operand, const struct ef_tensor *a,
                                          const struct ef_tensor *b) {
    if (memcmp(&a->scale, &b->scale, sizeof a->scale) == 0 && a->zero_point == b->zero_point) return EF_OK;
    return ef_refuse(context, EF_UNSUPPORTED_OPTION, operand,
                     EF_TEXT("input and output must have the same scale and zero point"), 0, 0);
}
