/* Prepares a model on the host as a board would, and prints what an ahead-of-time build takes over: kernels, records,
 * places. Records have the same bytes on every little-endian machine, so what is printed here holds on the board.
 *
 *     ef_prepared MODEL.tflite SIGNATURE      (index of the signature, -1: the first subgraph without one)
 *
 * Lines on stdout, numbers in bytes:
 *     memory PLANNED VARIABLES
 *     tensor INDEX planned OFFSET | tensor INDEX variable OFFSET FILL | tensor INDEX constant POSITION
 *     operator INDEX KERNEL row|backwards|invoke OPERANDS IN_PLACE SCRATCH_OFFSET SCRATCH_BYTES RECORD      (hex, - for none)
 * backwards: a row kernel whose rows are made last to first. OPERANDS is how many inputs the kernel looks at, IN_PLACE the kernel's bits, SCRATCH_OFFSET -1 where there is none.
 * Offsets of planned tensors and of scratch count from the planned part, those of variables from the first variable.
 * Exit status: 0; 3 refused, with "refused STATUS OPERATOR TENSOR TEXT"; 2 anything else. */
#include <stdio.h>
#include <stdlib.h>

#include "ef_graph.h"
#include "ef_runtime.h"

static uint8_t *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    uint8_t *bytes = NULL;
    size_t room = 0, used = 0, got = 1;
    while (got > 0u) {
        if (used == room) {
            room = room == 0u ? 65536u : 2u * room;
            uint8_t *more = realloc(bytes, room);
            if (more == NULL) break;
            bytes = more;
        }
        got = fread(bytes + used, 1, room - used, file);
        used += got;
    }
    (void)fclose(file);
    *size = used;
    return bytes;
}

static int refused(const struct ef_error *error, enum ef_status status) {
    printf("refused %d %d %d %s\n", (int)status, (int)error->operator_index, (int)error->tensor_index, error->text);
    return 3;
}

static void print_tensors(const struct ef_interpreter *interpreter) {
    const uint32_t *places = (const uint32_t *)(const void *)(interpreter->arena + interpreter->places);
    const struct ef_memory *memory = ef_interpreter_memory(interpreter);
    const uint32_t planned = memory->persistent, variables = memory->persistent - memory->variables;
    for (uint32_t t = 0; t < interpreter->tensor_count; ++t) {
        struct ef_tensor tensor;
        if (places[t] == EF_PLACE_UNSEEN || ef_interpreter_tensor(interpreter, t, &tensor) != EF_OK) continue;
        if (tensor.is_constant) {
            printf("tensor %u constant %u\n", (unsigned)t, (unsigned)(places[t] & ~EF_PLACE_CONSTANT));
        } else if (tensor.is_variable) {
            printf("tensor %u variable %u %d\n", (unsigned)t, (unsigned)(places[t] - variables),
                   tensor.type == EF_TYPE_INT8 ? (int)tensor.zero_point : 0);
        } else {
            printf("tensor %u planned %u\n", (unsigned)t, (unsigned)(places[t] - planned));
        }
    }
}

static int print_operator(const struct ef_interpreter *interpreter, uint32_t i) {
    const struct ef_node *node = (const struct ef_node *)(const void *)(interpreter->arena + interpreter->nodes) + i;
    const struct ef_kernel *kernel = ef_graph_kernel(interpreter, node);
    struct ef_context context;
    struct ef_error error;
    enum ef_status status = ef_graph_operator(interpreter, i, &context, &error);
    if (status != EF_OK) return refused(&error, status);
    context.kernel = kernel;
    status = kernel->prepare(&context);
    if (status != EF_OK) return refused(&error, status);
    printf("operator %u %s %s %u %u %d %u ", (unsigned)i, kernel->name, kernel->row == NULL ? "invoke" : (node->flags & EF_NODE_BACKWARDS) != 0u ? "backwards" : "row",
           (unsigned)kernel->input_count, (unsigned)(kernel->in_place & 0x7fu),
           node->scratch == EF_PLACE_UNSEEN ? -1 : (int)(node->scratch - ef_interpreter_memory(interpreter)->persistent),
           (unsigned)context.scratch_bytes);
    for (uint32_t b = 0; b < context.record_bytes; ++b) printf("%02x", interpreter->arena[node->record + b]);
    puts(context.record_bytes == 0u ? "-" : "");
    return 0;
}

static int print_model(const struct ef_model *model, int32_t signature) {
    struct ef_options options = EF_OPTIONS_DEFAULT;
    struct ef_interpreter interpreter;
    struct ef_error error;
    uint8_t *arena = NULL;
    size_t room = 65536;
    enum ef_status status = EF_ARENA_TOO_SMALL;
    options.signature = signature;
    while (status == EF_ARENA_TOO_SMALL) {
        free(arena);
        arena = calloc(1, room);
        if (arena == NULL) return 2;
        status = ef_interpreter_prepare(&interpreter, model, arena, room, &options, &error);
        if (status == EF_ARENA_TOO_SMALL) room = interpreter.memory.needed > room ? interpreter.memory.needed : 2u * room;
    }
    int result = 0;
    if (status != EF_OK) {
        result = refused(&error, status);
    } else {
        printf("memory %u %u\n", (unsigned)interpreter.memory.planned, (unsigned)interpreter.memory.variables);
        print_tensors(&interpreter);
        for (uint32_t i = 0; i < interpreter.operator_count && result == 0; ++i) {
            result = print_operator(&interpreter, i);
        }
    }
    free(arena);
    return result;
}

int main(int argc, char **argv) {
    struct ef_model model;
    struct ef_error error;
    size_t size = 0;
    if (argc != 3) return 2;
    uint8_t *bytes = read_file(argv[1], &size);
    if (bytes == NULL) return 2;
    const enum ef_status status = ef_model_init(&model, bytes, size, &error);
    const int result = status == EF_OK ? print_model(&model, (int32_t)strtol(argv[2], NULL, 10)) : refused(&error, status);
    free(bytes);
    return fflush(stdout) == 0 ? result : 2;
}
