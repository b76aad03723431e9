/* Uses the public interface as an application does and checks what it promises. Input: models, each u32 bytes and
 * the bytes: `two` with signatures encode and decode (float32), `one` of int8 FULLY_CONNECTED, and two with a
 * custom operator each. Prints the number of checks; the first that fails ends the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_runtime.h"

static unsigned checks;
#define CHECK(condition)                                       \
    do {                                                       \
        checks += 1u;                                          \
        if (!(condition)) {                                    \
            printf("line %d: %s\n", __LINE__, #condition);     \
            exit(1);                                           \
        }                                                      \
    } while (0)

static uint8_t *read_model(uint32_t *size) {
    uint8_t header[4];
    CHECK(fread(header, 1, 4, stdin) == 4);
    *size = ef_load_u32(header);
    uint8_t *bytes = malloc(*size);
    CHECK(bytes != NULL && fread(bytes, 1, *size, stdin) == *size);
    return bytes;
}

struct trace {
    uint32_t calls, stop_at;
};

static enum ef_status before(void *user, uint32_t operator_index) {
    struct trace *trace = user;
    CHECK(operator_index == trace->calls);
    trace->calls += 1u;
    return operator_index == trace->stop_at ? EF_CANCELLED : EF_OK;
}

static int named(struct ef_text text, const char *name) {
    return text.text != NULL && text.bytes == strlen(name) && memcmp(text.text, name, text.bytes) == 0;
}

/* A custom operator that the application brings: adds its option byte to int8 values, may run in place. */
static enum ef_status shift_prepare(struct ef_context *context) {
    struct ef_tensor in, out;
    uint32_t bytes;
    const uint8_t *options = ef_custom_options(context, &bytes);
    CHECK(ef_input(context, 0, &in) && !ef_input(context, 1, &in));
    ef_input(context, 0, &in);
    ef_output(context, 0, &out);
    if (bytes != 1u) {
        return ef_refuse(context, EF_UNSUPPORTED_OPTION, EF_NO_OPERAND, EF_TEXT("needs 1 byte, not #"), (int32_t)bytes, 0);
    }
    const enum ef_status status = ef_check_same_shape(context, EF_OUTPUT(0), &in, &out);
    if (status != EF_OK) return status;
    ef_need_scratch(context, 40u);
    uint32_t *record = ef_need_record(context, 2u * sizeof *record);
    if (record == NULL) return EF_OK;
    record[0] = in.elements;
    record[1] = options[0];
    return EF_OK;
}

static void shift_invoke(const struct ef_call *call) {
    const uint32_t *record = call->record;
    const int8_t *in = call->inputs[0];
    int8_t *out = call->outputs[0];
    CHECK(((uintptr_t)call->scratch & (EF_ALIGNMENT - 1u)) == 0u);
    memset(call->scratch, 0x5a, 40u);
    for (uint32_t i = 0; i < record[0]; ++i) out[i] = (int8_t)(in[i] + (int8_t)record[1]);
}

static const struct ef_operand any_int8[] = {{UINT32_C(1) << EF_TYPE_INT8, 0, 6, 0, 255}};
static const struct ef_kernel shift_kernel = {
    .name = "shift_s8", .custom = "Shift", .code = EF_CODE_CUSTOM, .version_min = 1, .version_max = 1,
    .input_count = 1, .output_count = 1, .in_place = 1, .inputs = any_int8, .outputs = any_int8,
    .prepare = shift_prepare, .invoke = shift_invoke,
};

/* A model with one custom operator, which the application's table has and the runtime's has not. */
static void custom_operators(void) {
    static const struct ef_kernel *const mine[] = {&shift_kernel, NULL};
    uint32_t size;
    uint8_t *bytes = read_model(&size);
    struct ef_model model;
    struct ef_interpreter interpreter;
    struct ef_error error;
    struct ef_options options = EF_OPTIONS_DEFAULT;
    struct ef_operator_info info;
    struct ef_tensor in, out;
    uint8_t arena[512];
    CHECK(ef_model_init(&model, bytes, size, &error) == EF_OK);
    CHECK(ef_interpreter_prepare(&interpreter, &model, arena, sizeof arena, &options, &error) ==
          EF_UNSUPPORTED_OPERATOR);
    options.custom = mine;
    CHECK(ef_interpreter_prepare(&interpreter, &model, arena, sizeof arena, &options, &error) == EF_OK);
    CHECK(ef_interpreter_operator(&interpreter, 0, &info) == EF_OK && info.code == EF_CODE_CUSTOM);
    CHECK(strcmp(info.kernel, "shift_s8") == 0);
    CHECK(ef_interpreter_memory(&interpreter)->scratch == 40u);
    CHECK(ef_interpreter_input(&interpreter, 0, &in) == EF_OK);
    CHECK(ef_interpreter_output(&interpreter, 0, &out) == EF_OK);
    CHECK(in.data == out.data); /* in place */
    for (uint32_t i = 0; i < in.bytes; ++i) ((int8_t *)in.data)[i] = (int8_t)i;
    CHECK(ef_interpreter_invoke(&interpreter, NULL) == EF_OK);
    for (uint32_t i = 0; i < out.bytes; ++i) CHECK(((int8_t *)out.data)[i] == (int8_t)(i + 7u));
    options.preserve_inputs = 1u;
    CHECK(ef_interpreter_prepare(&interpreter, &model, arena, sizeof arena, &options, &error) == EF_OK);
    CHECK(ef_interpreter_input(&interpreter, 0, &in) == EF_OK);
    CHECK(ef_interpreter_output(&interpreter, 0, &out) == EF_OK);
    CHECK(in.data != out.data);
    free(bytes);
}

/* A custom operator with a state: adds its input to a variable tensor and gives the sum. */
static enum ef_status count_prepare(struct ef_context *context) {
    struct ef_tensor state;
    CHECK(ef_input(context, 1, &state) && state.is_variable && !state.is_constant && state.data == NULL);
    return EF_OK;
}

static void count_invoke(const struct ef_call *call) {
    int8_t *state = (int8_t *)(uintptr_t)call->inputs[1];
    for (uint32_t i = 0; i < 4u; ++i) {
        state[i] = (int8_t)(state[i] + ((const int8_t *)call->inputs[0])[i]);
        ((int8_t *)call->outputs[0])[i] = state[i];
    }
}

static const struct ef_operand count_inputs[] = {
    {UINT32_C(1) << EF_TYPE_INT8, 0, 6, 0, 255},
    {UINT32_C(1) << EF_TYPE_INT8, 0, 6, EF_OPERAND_VARIABLE, 255},
};
static const struct ef_kernel count_kernel = {
    .name = "count_s8", .custom = "Count", .code = EF_CODE_CUSTOM, .version_min = 1, .version_max = 1,
    .input_count = 2, .output_count = 1, .inputs = count_inputs, .outputs = any_int8,
    .prepare = count_prepare, .invoke = count_invoke,
};

/* Variables start and are reset at their zero point (3 in this model) and keep their values between invokes. */
static void variables(void) {
    static const struct ef_kernel *const mine[] = {&shift_kernel, &count_kernel, NULL};
    uint32_t size;
    uint8_t *bytes = read_model(&size);
    struct ef_model model;
    struct ef_interpreter interpreter;
    struct ef_error error;
    struct ef_tensor in, out;
    struct ef_options options = EF_OPTIONS_DEFAULT;
    uint8_t arena[512];
    memset(arena, 0x77, sizeof arena);
    options.custom = mine;
    CHECK(ef_model_init(&model, bytes, size, &error) == EF_OK);
    CHECK(ef_interpreter_prepare(&interpreter, &model, arena, sizeof arena, &options, &error) == EF_OK);
    CHECK(ef_interpreter_memory(&interpreter)->variables == 16u);
    static const int8_t expected[4] = {8, 13, 18, 8};
    for (int turn = 0; turn < 4; ++turn) {
        if (turn == 3) ef_interpreter_reset_variables(&interpreter);
        CHECK(ef_interpreter_input(&interpreter, 0, &in) == EF_OK && in.bytes == 4u);
        memset(in.data, 5, 4u);
        CHECK(ef_interpreter_invoke(&interpreter, NULL) == EF_OK);
        CHECK(ef_interpreter_output(&interpreter, 0, &out) == EF_OK);
        for (uint32_t i = 0; i < 4u; ++i) CHECK(((const int8_t *)out.data)[i] == expected[turn]);
    }
    free(bytes);
}

/* Two interpreters of one model, each with a signature, alive at once; names, order, errors. */
static void signatures(const uint8_t *bytes, uint32_t size) {
    static const char *const keys[2] = {"encode", "decode"}, *const inputs[2] = {"plain", "code"};
    struct ef_model model;
    struct ef_interpreter both[2];
    struct ef_error error;
    struct ef_tensor in, out;
    float first[8];
    uint8_t arenas[2][2000];
    struct ef_options options = EF_OPTIONS_DEFAULT;
    CHECK(ef_model_init(&model, bytes, size, &error) == EF_OK);
    CHECK(ef_model_signature_count(&model) == 2u && ef_model_subgraph_count(&model) == 2u);
    CHECK(ef_model_find_signature(&model, "absent", 6) == -1);
    for (int k = 0; k < 2; ++k) { /* at addresses that are not aligned */
        options.signature = ef_model_find_signature(&model, keys[k], 6);
        CHECK(options.signature >= 0);
        CHECK(named(ef_model_signature_key(&model, (uint32_t)options.signature), keys[k]));
        CHECK(ef_interpreter_prepare(&both[k], &model, arenas[k] + 3 + k, 1900, &options, &error) == EF_OK);
        CHECK(ef_interpreter_input_count(&both[k]) == 1u && ef_interpreter_output_count(&both[k]) == 1u);
        CHECK(named(ef_interpreter_input_name(&both[k], 0), inputs[k]));
        CHECK(named(ef_interpreter_output_name(&both[k], 0), inputs[1 - k]));
        CHECK(ef_interpreter_find_input(&both[k], inputs[k], strlen(inputs[k])) == 0);
        CHECK(ef_interpreter_find_input(&both[k], inputs[1 - k], strlen(inputs[1 - k])) == -1);
        CHECK(ef_interpreter_find_output(&both[k], inputs[1 - k], strlen(inputs[1 - k])) == 0);
        CHECK(ef_interpreter_input(&both[k], 1, &in) == EF_NOT_FOUND);
        CHECK(ef_interpreter_output(&both[k], 1, &out) == EF_NOT_FOUND);
        CHECK(ef_interpreter_tensor(&both[k], 1000, &in) == EF_NOT_FOUND);
    }
    for (int k = 0; k < 2; ++k) {
        CHECK(ef_interpreter_input(&both[k], 0, &in) == EF_OK && in.type == EF_TYPE_FLOAT32);
        CHECK(((uintptr_t)in.data & (EF_ALIGNMENT - 1u)) == 0u);
        for (uint32_t i = 0; i < in.elements; ++i) ((float *)in.data)[i] = (float)i + 1.0f;
        CHECK(ef_interpreter_invoke(&both[k], NULL) == EF_OK);
        CHECK(ef_interpreter_output(&both[k], 0, &out) == EF_OK && out.bytes <= sizeof first);
        if (k == 0) memcpy(first, out.data, out.bytes);
    }
    CHECK(ef_interpreter_output(&both[0], 0, &out) == EF_OK); /* the other has not touched it */
    CHECK(memcmp(first, out.data, out.bytes) == 0 && first[0] > 0.0f);
    options.signature = 2;
    CHECK(ef_interpreter_prepare(&both[0], &model, arenas[0], 2000, &options, &error) == EF_NOT_FOUND);
    options.signature = -1;
    options.subgraph = 9;
    CHECK(ef_interpreter_prepare(&both[0], &model, arenas[0], 2000, &options, &error) == EF_NOT_FOUND);
    CHECK(error.status == EF_NOT_FOUND && error.text[0] != '\0');
}

/* Hook, cancel, refusals of what is not prepared, kernels by choice, guard bytes around the arena. */
static void invoking(const uint8_t *bytes, uint32_t size) {
    static const struct ef_kernel *const few[] = {&ef_kernel_fully_connected_s8, &ef_kernel_softmax_s8, NULL};
    struct ef_model model;
    struct ef_interpreter interpreter;
    struct ef_error error;
    struct ef_tensor tensor;
    struct ef_operator_info info;
    struct ef_options options = EF_OPTIONS_DEFAULT;
    CHECK(ef_model_init(&model, bytes, size, &error) == EF_OK);
    memset(&interpreter, 0, sizeof interpreter);
    CHECK(ef_interpreter_invoke(&interpreter, NULL) == EF_BAD_STATE);
    CHECK(ef_interpreter_input(&interpreter, 0, &tensor) == EF_BAD_STATE);
    CHECK(ef_interpreter_operator(&interpreter, 0, &info) == EF_BAD_STATE);
    options.kernels = few;
    CHECK(ef_interpreter_prepare(&interpreter, &model, NULL, 0, &options, &error) == EF_ARENA_TOO_SMALL);
    CHECK(ef_interpreter_memory(&interpreter)->at_least && ef_interpreter_memory(&interpreter)->needed > 0u);
    CHECK(ef_interpreter_prepare(&interpreter, &model, NULL, 0, &options, NULL) == EF_ARENA_TOO_SMALL);
    uint8_t *arena = malloc(1u << 16);
    CHECK(arena != NULL);
    CHECK(ef_interpreter_prepare(&interpreter, &model, arena, 1u << 16, &options, NULL) == EF_OK);
    const uint32_t needed = ef_interpreter_memory(&interpreter)->needed;
    memset(arena, 0xee, 1u << 16);
    CHECK(ef_interpreter_prepare(&interpreter, &model, arena, needed, &options, &error) == EF_OK);
    CHECK(error.status == EF_OK && error.text[0] == '\0');
    CHECK(ef_interpreter_operator_count(&interpreter) > 1u);
    CHECK(ef_interpreter_operator(&interpreter, 0, &info) == EF_OK && info.code == 9u);
    CHECK(strcmp(info.kernel, "fully_connected_s8") == 0);
    CHECK(ef_interpreter_input(&interpreter, 0, &tensor) == EF_OK);
    memset(tensor.data, 1, tensor.bytes);
    struct trace trace = {0, UINT32_MAX};
    const struct ef_hook hook = {before, &trace};
    CHECK(ef_interpreter_invoke(&interpreter, &hook) == EF_OK);
    CHECK(trace.calls == ef_interpreter_operator_count(&interpreter) + 1u);
    trace.calls = 0;
    trace.stop_at = 1;
    CHECK(ef_interpreter_invoke(&interpreter, &hook) == EF_CANCELLED);
    CHECK(trace.calls == 2u);
    for (uint32_t i = needed; i < 1u << 16; ++i) CHECK(arena[i] == 0xeeu);
    free(arena);
}

/* Model bytes at any address are read without a fault; constants of wider elements must be aligned, or are refused. */
static void misplaced(const uint8_t *bytes, uint32_t size) {
    uint8_t *raw = malloc(size + 32u), *arena = malloc(1u << 16);
    CHECK(raw != NULL && arena != NULL);
    uint8_t *aligned = raw + (16u - (uintptr_t)raw % 16u) % 16u;
    for (uint32_t off = 0; off < 16u; ++off) {
        struct ef_model model;
        struct ef_interpreter interpreter;
        struct ef_error error;
        const struct ef_options options = EF_OPTIONS_DEFAULT;
        memmove(aligned + off, bytes, size);
        CHECK(ef_model_init(&model, aligned + off, size, &error) == EF_OK);
        const enum ef_status status =
            ef_interpreter_prepare(&interpreter, &model, arena, 1u << 16, &options, &error);
        CHECK(status == (off % 4u == 0u ? EF_OK : EF_BAD_MODEL));
        CHECK(off % 4u == 0u || strstr(error.text, "aligned") != NULL);
    }
    free(arena);
    free(raw);
}

int main(void) {
    uint32_t two_size, one_size;
    uint8_t *two = read_model(&two_size), *one = read_model(&one_size);
    signatures(two, two_size);
    invoking(one, one_size);
    custom_operators();
    variables();
    misplaced(one, one_size);
    free(two);
    free(one);
    printf("%u\n", checks);
    return 0;
}
