/* Runs a prepared subgraph. Refuses to run one that is not prepared; everything else was settled by prepare. */
#include <string.h>

#include "ef_segment.h"
#include "ef_window.h"

static uint32_t place_of(const struct ef_interpreter *interpreter, uint32_t index) {
    return ((const uint32_t *)(const void *)(interpreter->arena + interpreter->places))[index];
}

void *ef_graph_data(const struct ef_interpreter *interpreter, uint32_t index) {
    const uint32_t place = place_of(interpreter, index);
    if (place == EF_PLACE_UNSEEN) return NULL;
    if ((place & EF_PLACE_CONSTANT) != 0u) {
        return (void *)(uintptr_t)(interpreter->model->bytes + (place & ~EF_PLACE_CONSTANT));
    }
    return interpreter->arena + place;
}

void ef_graph_call(const struct ef_interpreter *interpreter, uint32_t i, struct ef_call *call, const void **inputs,
                   void **outputs) {
    const struct ef_node *node = ef_graph_node(interpreter, i);
    const struct ef_kernel *kernel = ef_graph_kernel(interpreter, node);
    struct ef_context context;
    ef_graph_operands(interpreter, i, &context);
    for (uint32_t k = 0; k < context.input_count; ++k) {
        const int32_t index = ef_context_input(&context, k);
        inputs[k] = index < 0 ? NULL : ef_graph_data(interpreter, (uint32_t)index);
    }
    for (uint32_t k = context.input_count; k < kernel->input_count && k < EF_MAX_INPUTS; ++k) inputs[k] = NULL;
    for (uint32_t k = 0; k < context.output_count; ++k) {
        outputs[k] = ef_graph_data(interpreter, (uint32_t)ef_context_output(&context, k));
    }
    call->record = interpreter->arena + node->record;
    call->scratch = node->scratch == EF_PLACE_UNSEEN ? NULL : interpreter->arena + node->scratch;
    call->inputs = inputs;
    call->outputs = outputs;
}

static void run_operator(const struct ef_interpreter *interpreter, uint32_t i) {
    const struct ef_node *node = ef_graph_node(interpreter, i);
    const struct ef_kernel *kernel = ef_graph_kernel(interpreter, node);
    struct ef_call call;
    const void *inputs[EF_MAX_INPUTS];
    void *outputs[EF_MAX_OUTPUTS];
    ef_graph_call(interpreter, i, &call, inputs, outputs);
    if (kernel->row != NULL) {
        ef_window_run(kernel, &call, (node->flags & EF_NODE_BACKWARDS) != 0u);
    } else {
        kernel->invoke(&call);
    }
}

enum ef_status ef_interpreter_invoke(struct ef_interpreter *interpreter, const struct ef_hook *hook) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    const uint32_t count = interpreter->operator_count;
    for (uint32_t i = 0; i <= count; ++i) {
        if (hook != NULL) {
            const enum ef_status status = hook->before_operator(hook->user, i);
            if (status != EF_OK) return status;
        }
        if (i == count) break;
        const uint32_t flags = ef_graph_node(interpreter, i)->flags;
        if (!EF_WITH_STREAMING || (flags & EF_NODE_TOGETHER) == 0u) {
            run_operator(interpreter, i);
        } else if ((flags & EF_NODE_FIRST) != 0u) {
            ef_segment_run(interpreter, i);
        }
    }
    return EF_OK;
}

void ef_interpreter_reset_variables(struct ef_interpreter *interpreter) {
    if (!interpreter->prepared || interpreter->memory.variables == 0u) return;
    for (uint32_t t = 0; t < interpreter->tensor_count; ++t) {
        struct ef_tensor tensor;
        if (place_of(interpreter, t) == EF_PLACE_UNSEEN) continue;
        (void)ef_graph_tensor(interpreter, -1, t, &tensor, NULL);
        if (!tensor.is_variable) continue;
        const int fill = tensor.type == EF_TYPE_INT8 ? (int)tensor.zero_point : 0;
        memset(ef_graph_data(interpreter, t), fill, tensor.bytes);
    }
}

const struct ef_memory *ef_interpreter_memory(const struct ef_interpreter *interpreter) {
    return &interpreter->memory;
}

enum ef_status ef_interpreter_tensor(const struct ef_interpreter *interpreter, uint32_t index,
                                     struct ef_tensor *tensor) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    if (index >= interpreter->tensor_count) return EF_NOT_FOUND;
    const enum ef_status status = ef_graph_tensor(interpreter, -1, index, tensor, NULL);
    if (status != EF_OK) return status;
    if (tensor->is_constant || ef_segment_within(interpreter, index)) return EF_OK;
    tensor->data = ef_graph_data(interpreter, index);
    return EF_OK;
}

uint32_t ef_interpreter_operator_count(const struct ef_interpreter *interpreter) {
    return interpreter->operator_count;
}

enum ef_status ef_interpreter_operator(const struct ef_interpreter *interpreter, uint32_t i,
                                       struct ef_operator_info *info) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    if (i >= interpreter->operator_count) return EF_NOT_FOUND;
    const struct ef_kernel *kernel = ef_graph_kernel(interpreter, ef_graph_node(interpreter, i));
    info->code = kernel->code;
    info->kernel = kernel->name;
    return EF_OK;
}
