/* Measures one subgraph: chooses kernels, holds operators to their limits, takes sizes of records and scratch, notes
 * lifetimes. Where the arena does not hold the planner's work space, measuring goes on without items, so that other
 * refusals still show and the figure asked for is a lower bound.
 *
 * Refuses what kernels and limits refuse, operands that are read before they are written, written twice, or written
 * although they are constants or inputs of the subgraph, and sums that leave 31 bits. */
#include "ef_measure.h"

#include <string.h>

static enum ef_status bad(const struct ef_measure *plan, uint32_t operator_index, int32_t tensor, const char *text) {
    return ef_error_set(plan->error, EF_BAD_MODEL, (int32_t)operator_index, tensor, text, 0, 0);
}

uint32_t ef_measure_item(struct ef_measure *plan, uint32_t bytes, uint32_t step, uint32_t key) {
    if (plan->item_count >= plan->item_room) {
        plan->starved = 1u;
        return EF_PLACE_UNSEEN;
    }
    struct ef_plan_item *item = &plan->items[plan->item_count];
    memset(item, 0, sizeof *item);
    item->size = ef_round_up(bytes);
    item->first = (uint16_t)step;
    item->last = (uint16_t)step;
    item->key = (uint16_t)key;
    item->forwards = item->backwards = EF_PLAN_APART;
    return plan->item_count++;
}

/* First sight of a tensor that nothing has written: a constant, a variable, or a mistake. */
static enum ef_status note_unwritten(struct ef_measure *plan, uint32_t operator_index, const struct ef_tensor *tensor) {
    if (tensor->is_variable) {
        plan->places[tensor->index] = EF_PLACE_VARIABLE;
        plan->variables += ef_round_up(tensor->bytes);
        return EF_OK;
    }
    if (!tensor->is_constant) {
        return bad(plan, operator_index, tensor->index, EF_TEXT("it is read before it is written"));
    }
    const uint8_t *data = tensor->data;
    plan->places[tensor->index] = EF_PLACE_CONSTANT | (uint32_t)(data - plan->interpreter->model->bytes);
    return EF_OK;
}

/* The operator reads a tensor. */
EF_OWN_FRAME static enum ef_status note_read(struct ef_measure *plan, uint32_t operator_index, int32_t index) {
    if (index < 0 || plan->starved) return EF_OK;
    const uint32_t place = plan->places[index];
    if (place == EF_PLACE_UNSEEN) {
        struct ef_tensor tensor;
        const enum ef_status status =
            ef_graph_tensor(plan->interpreter, (int32_t)operator_index, (uint32_t)index, &tensor, plan->error);
        return status == EF_OK ? note_unwritten(plan, operator_index, &tensor) : status;
    }
    if (place < EF_PLAN_MOST_ITEMS && plan->items[place].last < ef_step_of(operator_index)) {
        plan->items[place].last = (uint16_t)ef_step_of(operator_index);
    }
    return EF_OK;
}

/* The operator (or the caller: step 0) writes a tensor. */
static enum ef_status note_written(struct ef_measure *plan, int32_t operator_index, int32_t index) {
    struct ef_tensor tensor;
    const enum ef_status status =
        ef_graph_tensor(plan->interpreter, operator_index, (uint32_t)index, &tensor, plan->error);
    if (status != EF_OK) return status;
    if (tensor.is_constant || tensor.is_variable) {
        return ef_error_set(plan->error, EF_BAD_MODEL, operator_index, index,
                            EF_TEXT("a constant or variable cannot be an output"), 0, 0);
    }
    if (tensor.bytes == 0u) {
        return ef_error_set(plan->error, EF_UNSUPPORTED_TYPE, operator_index, index,
                            EF_TEXT("type # has no fixed size"), tensor.type, 0);
    }
    if (plan->starved) return EF_OK;
    if (plan->places[index] != EF_PLACE_UNSEEN) {
        return ef_error_set(plan->error, EF_BAD_MODEL, operator_index, index, EF_TEXT("it is written twice"), 0, 0);
    }
    const uint32_t item = ef_measure_item(plan, tensor.bytes, (uint32_t)(operator_index + 1), (uint32_t)index);
    if (item != EF_PLACE_UNSEEN) plan->places[index] = item;
    return EF_OK;
}

/* Inputs of the subgraph: written by the caller. A variable may be among them. */
EF_OWN_FRAME static enum ef_status note_graph_inputs(struct ef_measure *plan) {
    const struct ef_model *model = plan->interpreter->model;
    const uint32_t count = ef_flatbuffer_count(model, plan->interpreter->graph_inputs);
    for (uint32_t i = 0; i < count; ++i) {
        const int32_t index = ef_flatbuffer_i32_at(model, plan->interpreter->graph_inputs, i);
        const enum ef_status status = note_written(plan, -1, index);
        if (status != EF_OK) return status;
        if (plan->preserve_inputs && !plan->starved) {
            plan->items[plan->places[index]].last = (uint16_t)ef_step_of(plan->interpreter->operator_count);
        }
    }
    return EF_OK;
}

/* Outputs of the subgraph live to the end. */
EF_OWN_FRAME static enum ef_status note_graph_outputs(struct ef_measure *plan) {
    const struct ef_model *model = plan->interpreter->model;
    const uint32_t count = ef_flatbuffer_count(model, plan->interpreter->graph_outputs);
    for (uint32_t i = 0; i < count; ++i) {
        const int32_t index = ef_flatbuffer_i32_at(model, plan->interpreter->graph_outputs, i);
        struct ef_tensor tensor;
        const enum ef_status status = ef_graph_tensor(plan->interpreter, -1, (uint32_t)index, &tensor, plan->error);
        if (status != EF_OK) return status;
        if (plan->starved) continue;
        const uint32_t place = plan->places[index];
        if (place == EF_PLACE_UNSEEN) {
            const enum ef_status unwritten = note_unwritten(plan, UINT32_MAX, &tensor);
            if (unwritten != EF_OK) return unwritten;
        } else if (place < EF_PLAN_MOST_ITEMS) {
            plan->items[place].last = (uint16_t)ef_step_of(plan->interpreter->operator_count);
        }
    }
    return EF_OK;
}

/* Bytes of the operands of an operator that lie in the arena; where they may lie over each other, of the largest. */
EF_OWN_FRAME static uint64_t operand_bytes(const struct ef_context *context) {
    uint64_t sum = 0, largest = 0;
    const int together = context->kernel->in_place != 0u || context->kernel->row != NULL;
    struct ef_tensor tensor;
    for (uint32_t i = 0; i < context->input_count; ++i) {
        if (!ef_input(context, i, &tensor) || tensor.is_constant) continue;
        sum += ef_round_up(tensor.bytes);
        if (tensor.bytes > largest) largest = tensor.bytes;
    }
    for (uint32_t i = 0; i < context->output_count; ++i) {
        ef_output(context, i, &tensor);
        sum += ef_round_up(tensor.bytes);
        if (tensor.bytes > largest) largest = tensor.bytes;
    }
    return together ? largest : sum;
}

/* In units of the alignment, rounded up. */
static uint16_t distance(uint32_t bytes) {
    const uint32_t units = bytes / EF_ALIGNMENT + (bytes % EF_ALIGNMENT != 0u);
    return bytes == EF_APART || units >= EF_PLAN_APART ? EF_PLAN_APART : (uint16_t)units;
}

/* How near the output of a row kernel may come to its input. */
EF_OWN_FRAME static void note_rows(struct ef_measure *plan, const struct ef_context *context) {
    struct ef_plan_item *out = &plan->items[plan->places[ef_context_output(context, 0u)]];
    out->forwards = distance(context->forwards);
    out->backwards = distance(context->backwards);
}

/* Kernel, sizes and lifetimes of one operator. */
static enum ef_status measure_operator(struct ef_measure *plan, uint32_t i) {
    struct ef_context context;
    uint16_t kernel = 0u;
    enum ef_status status = ef_graph_operator(plan->interpreter, i, &context, plan->error);
    if (status == EF_OK) status = ef_limits_choose(&context, &kernel);
    for (uint32_t k = 0; k < context.input_count && status == EF_OK; ++k) {
        status = note_read(plan, i, ef_context_input(&context, k));
    }
    for (uint32_t k = 0; k < context.output_count && status == EF_OK; ++k) {
        status = note_written(plan, (int32_t)i, ef_context_output(&context, k));
    }
    if (status != EF_OK) return status;
    plan->records += context.record_bytes;
    if (plan->starved) {
        const uint64_t touched = operand_bytes(&context) + context.scratch_bytes;
        if (touched > plan->widest) plan->widest = touched;
    }
    if (context.scratch_bytes > EF_LARGEST_SUM || plan->records > EF_LARGEST_SUM) {
        return ef_error_set(plan->error, EF_TOO_LARGE, (int32_t)i, -1, EF_TEXT("it needs more than # bytes"),
                            (int32_t)EF_LARGEST_SUM, 0);
    }
    if (context.scratch_bytes > plan->scratch) plan->scratch = context.scratch_bytes;
    if (plan->starved) return EF_OK;
    plan->nodes[i].record = context.record_bytes;
    plan->nodes[i].scratch = EF_PLACE_UNSEEN;
    plan->nodes[i].kernel = kernel;
    plan->nodes[i].flags = 0u;
    if (ef_graph_kernel(plan->interpreter, &plan->nodes[i])->row != NULL && context.output_count > 0u) note_rows(plan, &context);
    if (context.scratch_bytes > 0u) {
        plan->nodes[i].scratch = ef_measure_item(plan, context.scratch_bytes, ef_step_of(i), plan->interpreter->tensor_count + i);
    }
    return EF_OK;
}

enum ef_status ef_measure(struct ef_measure *plan) {
    enum ef_status status = note_graph_inputs(plan);
    for (uint32_t i = 0; i < plan->interpreter->operator_count && status == EF_OK; ++i) {
        status = measure_operator(plan, i);
    }
    if (status == EF_OK) status = note_graph_outputs(plan);
    return status;
}
