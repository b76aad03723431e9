/* The interpreter's functions for a model built ahead of time: nothing is read, checked or planned, because the host
 * has done it. Refuses an arena that is too small and a signature that is not the image's. */
#include <string.h>

#include "ef_aot.h"
#include "ef_runtime.h"

const struct ef_kernel *const ef_kernels_all[] = {NULL}; /* no model can be brought, so nothing is offered */

static struct ef_text text_of(const char *text, uint32_t bytes) {
    const struct ef_text made = {text, text == NULL ? 0u : bytes};
    return made;
}

enum ef_status ef_model_init(struct ef_model *model, const void *bytes, size_t size, struct ef_error *error) {
    (void)size;
    (void)error;
    memset(model, 0, sizeof *model);
    model->bytes = bytes;
    model->size = ef_aot_model.constant_bytes;
    return EF_OK;
}

uint32_t ef_model_subgraph_count(const struct ef_model *model) {
    (void)model;
    return 1u;
}

uint32_t ef_model_signature_count(const struct ef_model *model) {
    (void)model;
    return ef_aot_model.signature == NULL ? 0u : 1u;
}

struct ef_text ef_model_signature_key(const struct ef_model *model, uint32_t i) {
    (void)model;
    return text_of(i == 0u ? ef_aot_model.signature : NULL, ef_aot_model.signature_bytes);
}

int32_t ef_model_find_signature(const struct ef_model *model, const char *key, size_t key_bytes) {
    const struct ef_text only = ef_model_signature_key(model, 0u);
    return only.text != NULL && only.bytes == key_bytes && memcmp(only.text, key, key_bytes) == 0 ? 0 : -1;
}

enum ef_status ef_interpreter_prepare(struct ef_interpreter *interpreter, const struct ef_model *model, void *arena,
                                      size_t arena_bytes, const struct ef_options *options, struct ef_error *error) {
    const size_t misfit = (size_t)((uintptr_t)arena & (EF_ALIGNMENT - 1u));
    const size_t lost = misfit == 0u ? 0u : EF_ALIGNMENT - misfit;
    (void)options;
    memset(interpreter, 0, sizeof *interpreter);
    interpreter->model = model;
    interpreter->memory.planned = ef_aot_model.planned_bytes;
    interpreter->memory.persistent = ef_aot_model.arena_bytes - ef_aot_model.planned_bytes;
    interpreter->memory.variables = interpreter->memory.persistent;
    interpreter->memory.scratch = ef_aot_model.scratch_bytes;
    interpreter->memory.needed = ef_aot_model.arena_bytes + (uint32_t)lost;
    if (arena == NULL || arena_bytes < interpreter->memory.needed) {
        return ef_error_set(error, EF_ARENA_TOO_SMALL, -1, -1, EF_TEXT("the arena has # bytes, # are needed"),
                            (int32_t)arena_bytes, (int32_t)interpreter->memory.needed);
    }
    interpreter->arena = (uint8_t *)arena + lost;
    interpreter->operator_count = ef_aot_model.step_count;
    interpreter->prepared = 1u;
    ef_interpreter_reset_variables(interpreter);
    return EF_OK;
}

const struct ef_memory *ef_interpreter_memory(const struct ef_interpreter *interpreter) {
    return &interpreter->memory;
}

uint32_t ef_interpreter_input_count(const struct ef_interpreter *interpreter) {
    (void)interpreter;
    return ef_aot_model.input_count;
}

uint32_t ef_interpreter_output_count(const struct ef_interpreter *interpreter) {
    (void)interpreter;
    return ef_aot_model.output_count;
}

static enum ef_status view(const struct ef_interpreter *interpreter, const struct ef_aot_socket *sockets,
                           uint32_t count, uint32_t i, struct ef_tensor *tensor) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    if (i >= count) return EF_NOT_FOUND;
    const struct ef_aot_socket *socket = &sockets[i];
    memset(tensor, 0, sizeof *tensor);
    tensor->index = socket->index;
    tensor->type = socket->type;
    tensor->rank = socket->rank;
    tensor->per_axis = socket->per_axis;
    memcpy(tensor->dims, socket->dims, sizeof tensor->dims);
    tensor->elements = socket->elements;
    tensor->bytes = socket->bytes;
    tensor->scale = socket->scale;
    tensor->zero_point = socket->zero_point;
    tensor->data = interpreter->arena + socket->offset;
    return EF_OK;
}

enum ef_status ef_interpreter_input(const struct ef_interpreter *interpreter, uint32_t i, struct ef_tensor *tensor) {
    return view(interpreter, ef_aot_model.inputs, ef_aot_model.input_count, i, tensor);
}

enum ef_status ef_interpreter_output(const struct ef_interpreter *interpreter, uint32_t i, struct ef_tensor *tensor) {
    return view(interpreter, ef_aot_model.outputs, ef_aot_model.output_count, i, tensor);
}

struct ef_text ef_interpreter_input_name(const struct ef_interpreter *interpreter, uint32_t i) {
    (void)interpreter;
    if (i >= ef_aot_model.input_count) return text_of(NULL, 0u);
    return text_of(ef_aot_model.inputs[i].name, ef_aot_model.inputs[i].name_bytes);
}

struct ef_text ef_interpreter_output_name(const struct ef_interpreter *interpreter, uint32_t i) {
    (void)interpreter;
    if (i >= ef_aot_model.output_count) return text_of(NULL, 0u);
    return text_of(ef_aot_model.outputs[i].name, ef_aot_model.outputs[i].name_bytes);
}

enum ef_status ef_interpreter_invoke(struct ef_interpreter *interpreter, const struct ef_hook *hook) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    const uint32_t count = ef_aot_model.step_count;
    for (uint32_t i = 0; i <= count; ++i) {
        if (hook != NULL) {
            const enum ef_status status = hook->before_operator(hook->user, i);
            if (status != EF_OK) return status;
        }
        if (i < count) ef_aot_model.steps[i].run(interpreter->arena);
    }
    return EF_OK;
}

void ef_interpreter_reset_variables(struct ef_interpreter *interpreter) {
    if (interpreter->prepared && ef_aot_model.reset != NULL) ef_aot_model.reset(interpreter->arena);
}

uint32_t ef_interpreter_operator_count(const struct ef_interpreter *interpreter) {
    return interpreter->operator_count;
}

enum ef_status ef_interpreter_operator(const struct ef_interpreter *interpreter, uint32_t i,
                                       struct ef_operator_info *info) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    if (i >= ef_aot_model.step_count) return EF_NOT_FOUND;
    info->code = ef_aot_model.steps[i].code;
    info->kernel = ef_aot_model.steps[i].kernel;
    return EF_OK;
}
