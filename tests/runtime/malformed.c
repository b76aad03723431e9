/* Gives damaged models to the runtime; a sanitizer or a crash ends the program, so getting to the end is the test.
 * Input: for each model u32 bytes, then the model. `malformed N SEED` runs each as it is and in N mutations. Output: for
 * each status how often init or prepare gave it, then the number of models that were invoked, then of refusals without
 * a reason. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_runtime.h"

#define ARENA_BYTES 16384u

static unsigned counts[32], invoked, speechless;
static uint64_t state;

static uint32_t random_below(uint32_t limit) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return limit == 0u ? 0u : (uint32_t)((state >> 33) % limit);
}

static enum ef_status before(void *user, uint32_t operator_index) {
    *(uint32_t *)user = operator_index;
    return EF_OK;
}

/* Everything a caller can ask of a prepared interpreter. */
static void use(struct ef_interpreter *interpreter) {
    struct ef_tensor tensor;
    struct ef_operator_info info;
    uint32_t last = 0;
    const struct ef_hook hook = {before, &last};
    for (uint32_t i = 0; i <= ef_interpreter_input_count(interpreter); ++i) {
        const struct ef_text name = ef_interpreter_input_name(interpreter, i);
        if (name.text != NULL) (void)ef_interpreter_find_input(interpreter, name.text, name.bytes);
        if (ef_interpreter_input(interpreter, i, &tensor) == EF_OK) memset(tensor.data, (int)i, tensor.bytes);
    }
    if (ef_interpreter_invoke(interpreter, &hook) != EF_OK || last != interpreter->operator_count) abort();
    for (uint32_t i = 0; i <= ef_interpreter_output_count(interpreter); ++i) {
        const struct ef_text name = ef_interpreter_output_name(interpreter, i);
        if (name.text != NULL) (void)ef_interpreter_find_output(interpreter, name.text, name.bytes);
        uint32_t sum = 0;
        if (ef_interpreter_output(interpreter, i, &tensor) != EF_OK) continue;
        for (uint32_t b = 0; b < tensor.bytes; ++b) sum += ((const uint8_t *)tensor.data)[b];
        last += sum;
    }
    for (uint32_t i = 0; i <= interpreter->operator_count; ++i) (void)ef_interpreter_operator(interpreter, i, &info);
    for (uint32_t i = 0; i <= interpreter->tensor_count; ++i) (void)ef_interpreter_tensor(interpreter, i, &tensor);
    ef_interpreter_reset_variables(interpreter);
    invoked += 1u;
}

static void note(enum ef_status status, const struct ef_error *error) {
    counts[(unsigned)status % 32u] += 1u;
    if (status == EF_OK) return;
    if (error->status != status || error->text[0] == '\0') speechless += 1u;
    if (memchr(error->text, '\0', sizeof error->text) == NULL) abort();
}

/* Init, prepare and use; `bytes` is a block of exactly `size` bytes. */
static void try_model(const uint8_t *bytes, uint32_t size, int small_arenas) {
    struct ef_model model;
    struct ef_interpreter interpreter;
    struct ef_error error;
    enum ef_status status = ef_model_init(&model, bytes, size, &error);
    note(status, &error);
    if (status != EF_OK) return;
    uint32_t signatures = ef_model_signature_count(&model);
    for (uint32_t i = 0; i < signatures && i < 4u; ++i) {
        const struct ef_text key = ef_model_signature_key(&model, i);
        if (key.text != NULL && ef_model_find_signature(&model, key.text, key.bytes) > (int32_t)i) abort();
    }
    for (int32_t signature = -1; signature < (int32_t)signatures && signature < 3; ++signature) {
        struct ef_options options = EF_OPTIONS_DEFAULT;
        const uint32_t arena_bytes = small_arenas && random_below(4u) == 0u ? random_below(1024u) : ARENA_BYTES;
        uint8_t *arena = malloc(arena_bytes + 1u);
        const uint32_t misfit = random_below(2u);
        options.signature = signature;
        options.preserve_inputs = (uint8_t)random_below(2u);
        status = ef_interpreter_prepare(&interpreter, &model, arena + misfit, arena_bytes, &options, &error);
        note(status, &error);
        if (status == EF_OK) use(&interpreter);
        free(arena);
    }
}

static const uint32_t interesting[] = {0u, 1u, 2u, 4u, 7u, 127u, 128u, 255u, 256u, 32767u, 32768u, 65535u, 65536u,
                                       0x7fffffffu, 0x80000000u, 0xfffffff0u, 0xfffffffcu, 0xffffffffu, 0x7fc00000u};

static uint32_t mutate(uint8_t *bytes, uint32_t size) {
    const uint32_t at = random_below(size - 4u), word = at & ~UINT32_C(3);
    switch (random_below(8u)) {
        case 0: return 8u + random_below(size - 8u);
        case 1: bytes[at] ^= (uint8_t)(1u << random_below(8u)); break;
        case 2: bytes[at] = (uint8_t)random_below(256u); break;
        case 3: ef_store_u32(bytes + word, interesting[random_below(sizeof interesting / sizeof *interesting)]); break;
        case 4: ef_store_u32(bytes + word, random_below(size)); break;
        case 5: memmove(bytes + word, bytes + (random_below(size - 4u) & ~UINT32_C(3)), 4u); break;
        case 6: ef_store_u32(bytes + word, ef_load_u32(bytes + word) + random_below(9u) - 4u); break;
        default: bytes[at & ~UINT32_C(1)] = (uint8_t)(random_below(12u) * 2u); break; /* an entry of a vtable, perhaps */
    }
    return size;
}

int main(int argc, char **argv) {
    const unsigned mutations = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0u;
    state = argc > 2 ? strtoul(argv[2], NULL, 10) : 1u;
    uint8_t header[4];
    while (fread(header, 1, 4, stdin) == 4) {
        const uint32_t size = ef_load_u32(header);
        uint8_t *seed = malloc(size + 1u);
        if (seed == NULL || fread(seed, 1, size, stdin) != size) return 1;
        for (unsigned n = 0; n <= mutations; ++n) {
            uint8_t *copy = malloc(size);
            uint32_t length = size;
            memcpy(copy, seed, size);
            for (uint32_t k = n == 0u ? 0u : 1u + random_below(4u); k > 0u && length > 16u; --k) {
                length = mutate(copy, length);
            }
            uint8_t *exact = realloc(copy, length);
            try_model(exact, length, n > 0u);
            free(exact);
        }
        free(seed);
    }
    for (unsigned i = 0; i < 32u; ++i) printf("%u ", counts[i]);
    printf("%u %u\n", invoked, speechless);
    return 0;
}
