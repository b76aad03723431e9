/* A .tflite with edgeflow's interpreter, for mcu_bare.c: the file's bytes and the kernels it needs come as `subject_model`
 * and `subject_kernels`, the arena as ARENA_BYTES. */
#include "ef_runtime.h"

extern const uint8_t subject_model[], subject_model_end[];
extern const struct ef_kernel *const subject_kernels[];

static uint64_t arena[ARENA_BYTES / 8];
static struct ef_model model;
static struct ef_interpreter interpreter;
static struct ef_error error;

static void subject_prepare(void) {
    struct ef_options options = {subject_kernels, NULL, -1, 0, 0};
    if (ef_model_init(&model, subject_model, (size_t)(subject_model_end - subject_model), &error) != EF_OK) return;
    (void)ef_interpreter_prepare(&interpreter, &model, arena, sizeof arena, &options, &error);
}

#ifdef MEASURE
/* Where the cycle estimate tells operators apart: one call before each. */
__attribute__((noinline, noipa)) void measured_operator(void) { __asm volatile("" ::: "memory"); }

static enum ef_status before(void *user, uint32_t index) {
    (void)user;
    (void)index;
    measured_operator();
    return EF_OK;
}

static uint8_t hooked; /* the run that the estimate sees: the others run as an application does */

static void subject_invoke(void) {
    static const struct ef_hook hook = {before, NULL};
    (void)ef_interpreter_invoke(&interpreter, hooked != 0u ? &hook : NULL);
}

static uint8_t *subject_input(uint32_t *bytes) {
    struct ef_tensor tensor;
    (void)ef_interpreter_input(&interpreter, 0u, &tensor);
    *bytes = tensor.bytes;
    return (uint8_t *)(uintptr_t)tensor.data;
}

static const uint8_t *subject_output(uint32_t *bytes) {
    struct ef_tensor tensor;
    (void)ef_interpreter_output(&interpreter, 0u, &tensor);
    *bytes = tensor.bytes;
    hooked = 1u;
    return tensor.data;
}

static uint32_t subject_arena_bytes(void) { return ef_interpreter_memory(&interpreter)->needed; }
#else
static void subject_invoke(void) { (void)ef_interpreter_invoke(&interpreter, NULL); }
#endif
