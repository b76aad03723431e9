/* Hostile model bytes through init, prepare and invoke, and through everything a caller can ask. The last bytes of an
 * input choose arena, alignment, signature and input bytes. Work is bounded: models whose operators could cost too much
 * are prepared and not run. */
#include <stdlib.h>
#include <string.h>

#include "ef_runtime.h"
#include "fuzz.h"

#define ARENA_BYTES 16384u
#define WORK_MAX (UINT64_C(1) << 25) /* products of elements in one invoke */

static volatile uint32_t seen; /* so that outputs are really read */

static enum ef_status before(void *user, uint32_t operator_index) {
    uint32_t *next = user;
    if (operator_index != *next) abort();
    *next += 1u;
    return EF_OK;
}

/* No operator does more than each element of an activation with each of the largest constant or activation. */
static int affordable(const struct ef_interpreter *interpreter) {
    uint64_t largest = 1, activation = 1;
    for (uint32_t i = 0; i < interpreter->tensor_count; ++i) {
        struct ef_tensor tensor;
        if (ef_interpreter_tensor(interpreter, i, &tensor) != EF_OK) continue;
        if (tensor.elements > largest) largest = tensor.elements;
        if (!tensor.is_constant && tensor.elements > activation) activation = tensor.elements;
    }
    return largest * activation * interpreter->operator_count <= WORK_MAX;
}

static void fill(const struct ef_interpreter *interpreter, uint8_t pattern) {
    for (uint32_t i = 0; i <= ef_interpreter_input_count(interpreter); ++i) {
        struct ef_tensor tensor;
        const struct ef_text name = ef_interpreter_input_name(interpreter, i);
        if (name.text != NULL) (void)ef_interpreter_find_input(interpreter, name.text, name.bytes);
        if (ef_interpreter_input(interpreter, i, &tensor) != EF_OK || tensor.is_constant) continue;
        for (uint32_t b = 0; b < tensor.bytes; ++b) {
            ((uint8_t *)tensor.data)[b] = (uint8_t)(pattern < 250u ? b * pattern + i : pattern | 0xF0u);
        }
    }
}

static void use(struct ef_interpreter *interpreter, uint8_t pattern) {
    struct ef_tensor tensor;
    struct ef_operator_info info;
    for (unsigned run = 0; run < 2u && affordable(interpreter); ++run) {
        uint32_t next = 0;
        const struct ef_hook hook = {before, &next};
        fill(interpreter, pattern);
        if (ef_interpreter_invoke(interpreter, &hook) != EF_OK || next != interpreter->operator_count + 1u) abort();
    }
    for (uint32_t i = 0; i <= ef_interpreter_output_count(interpreter); ++i) {
        const struct ef_text name = ef_interpreter_output_name(interpreter, i);
        if (name.text != NULL) (void)ef_interpreter_find_output(interpreter, name.text, name.bytes);
        if (ef_interpreter_output(interpreter, i, &tensor) != EF_OK) continue;
        for (uint32_t b = 0; b < tensor.bytes; ++b) seen += ((const uint8_t *)tensor.data)[b];
    }
    for (uint32_t i = 0; i <= interpreter->operator_count; ++i) (void)ef_interpreter_operator(interpreter, i, &info);
    ef_interpreter_reset_variables(interpreter);
}

static void expect_reason(enum ef_status status, const struct ef_error *error) {
    if (memchr(error->text, '\0', sizeof error->text) == NULL) abort();
    if (status != EF_OK && (error->status != status || error->text[0] == '\0')) abort();
}

static void prepare(const struct ef_model *model, int32_t signature, const uint8_t *tail) {
    struct ef_interpreter interpreter;
    struct ef_error error;
    struct ef_options options = EF_OPTIONS_DEFAULT;
    const uint32_t arena_bytes = tail[0] < 192u ? ARENA_BYTES : (tail[0] & 63u) * 64u;
    const uint32_t misfit = tail[1] & 15u;
    options.signature = signature;
    options.subgraph = tail[1] >> 4 & 3u ? 0 : tail[1] >> 6;
    options.preserve_inputs = tail[2] & 1u;
    uint8_t *block = malloc(arena_bytes + misfit);
    if (block == NULL) return;
    memset(block, tail[3], arena_bytes + misfit);
    enum ef_status status = ef_interpreter_prepare(&interpreter, model, block + misfit, arena_bytes, &options, &error);
    expect_reason(status, &error);
    if (status == EF_OK) {
        if (ef_interpreter_memory(&interpreter)->needed > arena_bytes) abort();
        use(&interpreter, tail[3]);
    }
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ef_model model;
    struct ef_error error;
    if (size < FUZZ_TAIL_BYTES) return 0;
    const uint8_t *tail = data + size - FUZZ_TAIL_BYTES;
    size -= FUZZ_TAIL_BYTES;
    uint8_t *exact = malloc(size);
    if (exact == NULL) return 0;
    memcpy(exact, data, size);
    enum ef_status status = ef_model_init(&model, exact, size, &error);
    expect_reason(status, &error);
    if (status == EF_OK) {
        const uint32_t signatures = ef_model_signature_count(&model);
        for (uint32_t i = 0; i < signatures && i < 4u; ++i) {
            const struct ef_text key = ef_model_signature_key(&model, i);
            if (key.text != NULL && ef_model_find_signature(&model, key.text, key.bytes) > (int32_t)i) abort();
        }
        for (int32_t i = -1; i < (int32_t)signatures && i < 2; ++i) prepare(&model, i, tail);
    }
    if (memcmp(exact, data, size) != 0) abort(); /* models are read only */
    free(exact);
    return 0;
}
