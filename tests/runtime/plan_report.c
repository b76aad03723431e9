/* Prepares models and prints what the runtime planned. Input: for each model u32 bytes, u32 arena bytes, u32 preserve
 * inputs, then the model. Output: one line each, `status operator tensor needed at_least planned persistent variables
 * scratch text`, and for a prepared one `index:offset` of every planned tensor. */
#include <stdio.h>
#include <stdlib.h>

#include "ef_runtime.h"

static uint32_t word(void) {
    uint8_t bytes[4];
    return fread(bytes, 1, 4, stdin) == 4 ? ef_load_u32(bytes) : UINT32_MAX;
}

static void report(const uint8_t *bytes, uint32_t size, uint32_t arena_bytes, uint32_t preserve) {
    struct ef_model model;
    struct ef_interpreter interpreter;
    struct ef_error error;
    struct ef_options options = EF_OPTIONS_DEFAULT;
    uint8_t *raw = malloc(arena_bytes + 16u);
    uint8_t *arena = raw + (16u - (uintptr_t)raw % 16u) % 16u;
    options.preserve_inputs = (uint8_t)preserve;
    enum ef_status status = ef_model_init(&model, bytes, size, &error);
    if (status == EF_OK) {
        status = ef_interpreter_prepare(&interpreter, &model, arena, arena_bytes, &options, &error);
        const struct ef_memory *m = ef_interpreter_memory(&interpreter);
        printf("%d %d %d %u %u %u %u %u %u |%s|", (int)status, (int)error.operator_index, (int)error.tensor_index,
               (unsigned)m->needed, (unsigned)m->at_least, (unsigned)m->planned, (unsigned)m->persistent,
               (unsigned)m->variables, (unsigned)m->scratch, error.text);
        for (uint32_t t = 0; status == EF_OK && t < interpreter.tensor_count; ++t) {
            struct ef_tensor tensor;
            if (ef_interpreter_tensor(&interpreter, t, &tensor) != EF_OK || tensor.data == NULL) continue;
            if (tensor.is_constant || tensor.is_variable) continue;
            printf(" %u:%d", (unsigned)t, (int)((uint8_t *)tensor.data - interpreter.planned));
        }
    } else {
        printf("%d -1 -1 0 0 0 0 0 0 |%s|", (int)status, error.text);
    }
    putchar('\n');
    free(raw);
}

int main(void) {
    for (;;) {
        const uint32_t size = word(), arena = word(), preserve = word();
        if (size == UINT32_MAX || preserve == UINT32_MAX) return 0;
        uint8_t *bytes = malloc(size + 1u);
        if (bytes == NULL || fread(bytes, 1, size, stdin) != size) return 1;
        report(bytes, size, arena, preserve);
        free(bytes);
    }
}
