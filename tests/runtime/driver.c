/* Runs a batch of models in edgeflow's runtime on this machine, for the exactness tests.
 *
 * stdin, numbers little-endian u32: per case the model's size and bytes, the number of inputs, then each input's size
 * and bytes; ends at the end of the file. stdout: per case the status; when it is 0 planned and persistent bytes,
 * ticks of the second run (0 where there is no counter), the number of operators, each kernel's name (size, bytes),
 * the number of outputs, each output's size and bytes; otherwise operator index, tensor index (i32) and the reason
 * (size, bytes).
 *
 * Model and arena lie in blocks of exactly their size, so that a sanitizer sees what reaches beyond. The arena is full
 * of garbage before prepare, and each model runs twice: the second answer must be the first. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_runtime.h"

#ifdef EF_DRIVER_TICKS
uint32_t ef_driver_ticks(void); /* a counter of the machine, any unit */
#else
static uint32_t ef_driver_ticks(void) { return 0; }
#endif

static void put(const void *bytes, size_t size) {
    if (size && fwrite(bytes, 1, size, stdout) != size) exit(3);
}

static void put_u32(uint32_t value) { put(&value, sizeof value); }

static void get(void *bytes, size_t size) {
    if (size && fread(bytes, 1, size, stdin) != size) exit(3);
}

static uint32_t get_u32(void) {
    uint32_t value;
    get(&value, sizeof value);
    return value;
}

static void *block(size_t size) {
    void *made = malloc(size ? size : 1);
    if (!made) exit(3);
    return made;
}

static void refuse(const struct ef_error *error, enum ef_status status) {
    put_u32((uint32_t)status);
    put_u32((uint32_t)error->operator_index);
    put_u32((uint32_t)error->tensor_index);
    put_u32((uint32_t)strlen(error->text));
    put(error->text, strlen(error->text));
}

static void run(const void *bytes, uint32_t size, uint32_t count, void **inputs, const uint32_t *sizes) {
    static struct ef_model model;
    static struct ef_interpreter interpreter;
    struct ef_options options = EF_OPTIONS_DEFAULT;
    struct ef_error error;
    enum ef_status status = ef_model_init(&model, bytes, size, &error);
    if (status != EF_OK) {
        refuse(&error, status);
        return;
    }
    size_t arena_bytes = 256;
    void *arena = NULL;
    for (int turn = 0; turn < 24; turn++) {
        free(arena);
        arena = block(arena_bytes);
        memset(arena, 0xa5, arena_bytes);
        status = ef_interpreter_prepare(&interpreter, &model, arena, arena_bytes, &options, &error);
        if (status != EF_ARENA_TOO_SMALL) break;
        const struct ef_memory *memory = ef_interpreter_memory(&interpreter);
        arena_bytes = memory->at_least ? memory->needed + arena_bytes : memory->needed;
    }
    if (status != EF_OK) {
        refuse(&error, status);
        free(arena);
        return;
    }
    uint8_t *first = NULL;
    size_t first_bytes = 0;
    uint32_t ticks = 0;
    for (int turn = 0; turn < 2; turn++) {
        struct ef_tensor tensor;
        for (uint32_t i = 0; i < count; i++) {
            if (ef_interpreter_input(&interpreter, i, &tensor) != EF_OK || tensor.bytes != sizes[i]) exit(4);
            memcpy(tensor.data, inputs[i], sizes[i]);
        }
        ef_interpreter_reset_variables(&interpreter);
        const uint32_t began = ef_driver_ticks();
        if (ef_interpreter_invoke(&interpreter, NULL) != EF_OK) exit(5);
        ticks = ef_driver_ticks() - began;
        size_t at = 0;
        for (uint32_t o = 0; o < ef_interpreter_output_count(&interpreter); o++) {
            ef_interpreter_output(&interpreter, o, &tensor);
            if (turn == 0) {
                first_bytes += tensor.bytes;
                first = realloc(first, first_bytes ? first_bytes : 1);
                memcpy(first + at, tensor.data, tensor.bytes);
            } else if (memcmp(first + at, tensor.data, tensor.bytes) != 0) {
                exit(6);
            }
            at += tensor.bytes;
        }
    }
    const struct ef_memory *memory = ef_interpreter_memory(&interpreter);
    put_u32(EF_OK);
    put_u32(memory->planned);
    put_u32(memory->persistent);
    put_u32(ticks);
    put_u32(ef_interpreter_operator_count(&interpreter));
    for (uint32_t i = 0; i < ef_interpreter_operator_count(&interpreter); i++) {
        struct ef_operator_info info;
        ef_interpreter_operator(&interpreter, i, &info);
        put_u32((uint32_t)strlen(info.kernel));
        put(info.kernel, strlen(info.kernel));
    }
    put_u32(ef_interpreter_output_count(&interpreter));
    size_t at = 0;
    for (uint32_t o = 0; o < ef_interpreter_output_count(&interpreter); o++) {
        struct ef_tensor tensor;
        ef_interpreter_output(&interpreter, o, &tensor);
        put_u32(tensor.bytes);
        put(first + at, tensor.bytes);
        at += tensor.bytes;
    }
    free(first);
    free(arena);
}

int main(void) {
    uint32_t size;
    while (fread(&size, 1, sizeof size, stdin) == sizeof size) {
        void *model = block(size);
        get(model, size);
        const uint32_t count = get_u32();
        void **inputs = block(count * sizeof *inputs);
        uint32_t *sizes = block(count * sizeof *sizes);
        for (uint32_t i = 0; i < count; i++) {
            sizes[i] = get_u32();
            inputs[i] = block(sizes[i]);
            get(inputs[i], sizes[i]);
        }
        run(model, size, count, inputs, sizes);
        for (uint32_t i = 0; i < count; i++) free(inputs[i]);
        free(inputs);
        free(sizes);
        free(model);
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
