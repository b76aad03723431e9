/* Prepares one subgraph. Two passes over the operators:
 *
 *   measure  choose kernels, hold operators to their limits, take sizes of records and scratch, note lifetimes;
 *            then lay outputs over inputs where that is allowed, and plan;
 *   fill     give every kernel its record.
 *
 * The arena: nodes, places, records, variable tensors (persistent), then the planned part. While measuring, what lies
 * behind the places is the planner's work space. Where that is too small, measuring goes on without a plan, so that
 * other refusals still show and the figure asked for is a lower bound.
 *
 * Refuses besides: operands that are read before they are written, written twice, or written although they are
 * constants or inputs of the subgraph; sums that leave 31 bits. */
#include <string.h>

#include "ef_graph.h"
#include "ef_plan.h"

#define PLACE_VARIABLE UINT32_C(0x7fffffff) /* while measuring */
#define LARGEST_SUM UINT32_C(0x7fff0000)

struct plan {
    struct ef_interpreter *interpreter;
    struct ef_error *error;
    struct ef_node *nodes;
    uint32_t *places;           /* per tensor: index of its item, or a mark */
    struct ef_plan_item *items;
    uint32_t item_count;
    uint32_t item_room;
    uint64_t records;           /* bytes */
    uint64_t variables;         /* bytes */
    uint64_t widest;            /* most bytes that one operator touches: a bound when starved */
    uint32_t scratch;           /* largest */
    uint8_t preserve_inputs;
    uint8_t starved;            /* the arena does not even hold the work space */
};

static uint32_t round_up(uint32_t bytes) { return (bytes + (EF_ALIGNMENT - 1u)) & ~(EF_ALIGNMENT - 1u); }

static enum ef_status bad(const struct plan *plan, uint32_t operator_index, int32_t tensor, const char *text) {
    return ef_error_set(plan->error, EF_BAD_MODEL, (int32_t)operator_index, tensor, text, 0, 0);
}

/* A new item, or EF_PLACE_UNSEEN when there is no room. */
static uint32_t add_item(struct plan *plan, uint32_t bytes, uint32_t step, uint32_t key) {
    if (plan->item_count >= plan->item_room) {
        plan->starved = 1u;
        return EF_PLACE_UNSEEN;
    }
    struct ef_plan_item *item = &plan->items[plan->item_count];
    memset(item, 0, sizeof *item);
    item->size = round_up(bytes);
    item->first = (uint16_t)step;
    item->last = (uint16_t)step;
    item->key = (uint16_t)key;
    return plan->item_count++;
}

/* The step of an operator; inputs of the subgraph live from step 0. */
static uint32_t step_of(uint32_t operator_index) { return operator_index + 1u; }

/* First sight of a tensor that nothing has written: a constant, a variable, or a mistake. */
static enum ef_status note_unwritten(struct plan *plan, uint32_t operator_index, const struct ef_tensor *tensor) {
    if (tensor->is_variable) {
        plan->places[tensor->index] = PLACE_VARIABLE;
        plan->variables += round_up(tensor->bytes);
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
static enum ef_status note_read(struct plan *plan, uint32_t operator_index, int32_t index) {
    if (index < 0 || plan->starved) return EF_OK;
    const uint32_t place = plan->places[index];
    if (place == EF_PLACE_UNSEEN) {
        struct ef_tensor tensor;
        const enum ef_status status =
            ef_graph_tensor(plan->interpreter, (int32_t)operator_index, (uint32_t)index, &tensor, plan->error);
        return status == EF_OK ? note_unwritten(plan, operator_index, &tensor) : status;
    }
    if (place < EF_PLAN_MOST_ITEMS && plan->items[place].last < step_of(operator_index)) {
        plan->items[place].last = (uint16_t)step_of(operator_index);
    }
    return EF_OK;
}

/* The operator (or the caller: step 0) writes a tensor. */
static enum ef_status note_written(struct plan *plan, int32_t operator_index, int32_t index) {
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
    const uint32_t item = add_item(plan, tensor.bytes, (uint32_t)(operator_index + 1), (uint32_t)index);
    if (item != EF_PLACE_UNSEEN) plan->places[index] = item;
    return EF_OK;
}

/* Inputs of the subgraph: written by the caller. A variable may be among them. */
static enum ef_status note_graph_inputs(struct plan *plan) {
    const struct ef_model *model = plan->interpreter->model;
    const uint32_t count = ef_flatbuffer_count(model, plan->interpreter->graph_inputs);
    for (uint32_t i = 0; i < count; ++i) {
        const int32_t index = ef_flatbuffer_i32_at(model, plan->interpreter->graph_inputs, i);
        const enum ef_status status = note_written(plan, -1, index);
        if (status != EF_OK) return status;
        if (plan->preserve_inputs && !plan->starved) {
            plan->items[plan->places[index]].last = (uint16_t)step_of(plan->interpreter->operator_count);
        }
    }
    return EF_OK;
}

/* Outputs of the subgraph live to the end. */
static enum ef_status note_graph_outputs(struct plan *plan) {
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
            plan->items[place].last = (uint16_t)step_of(plan->interpreter->operator_count);
        }
    }
    return EF_OK;
}

/* Bytes of all operands of an operator that lie in the arena. */
static uint64_t operand_bytes(const struct ef_context *context) {
    uint64_t sum = 0;
    struct ef_tensor tensor;
    for (uint32_t i = 0; i < context->input_count; ++i) {
        if (ef_input(context, i, &tensor) && !tensor.is_constant) sum += round_up(tensor.bytes);
    }
    for (uint32_t i = 0; i < context->output_count; ++i) {
        ef_output(context, i, &tensor);
        sum += round_up(tensor.bytes);
    }
    return sum;
}

/* Kernel, sizes and lifetimes of one operator. */
static enum ef_status measure_operator(struct plan *plan, uint32_t i) {
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
    if (context.scratch_bytes > LARGEST_SUM || plan->records > LARGEST_SUM) {
        return ef_error_set(plan->error, EF_TOO_LARGE, (int32_t)i, -1, EF_TEXT("it needs more than # bytes"),
                            (int32_t)LARGEST_SUM, 0);
    }
    if (context.scratch_bytes > plan->scratch) plan->scratch = context.scratch_bytes;
    if (plan->starved) return EF_OK;
    plan->nodes[i].record = context.record_bytes;
    plan->nodes[i].scratch = EF_PLACE_UNSEEN;
    plan->nodes[i].kernel = kernel;
    plan->nodes[i].flags = 0u;
    if (context.scratch_bytes > 0u) {
        plan->nodes[i].scratch = add_item(plan, context.scratch_bytes, step_of(i), plan->interpreter->tensor_count + i);
    }
    return EF_OK;
}

static enum ef_status measure(struct plan *plan) {
    enum ef_status status = note_graph_inputs(plan);
    for (uint32_t i = 0; i < plan->interpreter->operator_count && status == EF_OK; ++i) {
        status = measure_operator(plan, i);
    }
    if (status == EF_OK) status = note_graph_outputs(plan);
    return status;
}

/* Lay the operator's output 0 over the first input that allows it. */
static void share(struct plan *plan, uint32_t i) {
    const struct ef_kernel *kernel = ef_graph_kernel(plan->interpreter, &plan->nodes[i]);
    struct ef_context context;
    struct ef_tensor in, out;
    if (kernel->in_place == 0u) return;
    (void)ef_graph_operator(plan->interpreter, i, &context, NULL);
    ef_output(&context, 0u, &out);
    struct ef_plan_item *over = &plan->items[plan->places[out.index]];
    for (uint32_t k = 0; k < 8u; ++k) {
        if ((kernel->in_place >> k & 1u) == 0u || !ef_input(&context, k, &in)) continue;
        const uint32_t place = plan->places[in.index];
        if (place >= EF_PLAN_MOST_ITEMS || in.elements != out.elements) continue;
        struct ef_plan_item *under = &plan->items[place];
        if (under->last != step_of(i)) continue;
        under->last = over->last;
        if (over->size > under->size) under->size = over->size;
        over->size = 0u;
        plan->places[out.index] = place;
        return;
    }
}

/* Sums of all items stay within 31 bits, so that offsets do. */
static int sums_hold(const struct plan *plan) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < plan->item_count; ++i) sum += plan->items[i].size;
    return sum + plan->variables + plan->records <= LARGEST_SUM;
}

/* Marks and item indices become places in the arena. */
static void settle(struct plan *plan, uint32_t tables, uint32_t planned_at) {
    struct ef_interpreter *interpreter = plan->interpreter;
    uint32_t at = tables;
    for (uint32_t i = 0; i < interpreter->operator_count; ++i) {
        struct ef_node *node = &plan->nodes[i];
        const uint32_t record_bytes = node->record;
        node->record = at;
        at += record_bytes;
        if (node->scratch != EF_PLACE_UNSEEN) node->scratch = planned_at + plan->items[node->scratch].offset;
    }
    at = round_up(at);
    for (uint32_t t = 0; t < interpreter->tensor_count; ++t) {
        uint32_t *place = &plan->places[t];
        if (*place < EF_PLAN_MOST_ITEMS) {
            *place = planned_at + plan->items[*place].offset;
        } else if (*place == PLACE_VARIABLE) {
            struct ef_tensor tensor;
            (void)ef_graph_tensor(interpreter, -1, t, &tensor, NULL);
            *place = at;
            at += round_up(tensor.bytes);
        }
    }
}

/* Give every kernel its record. */
static enum ef_status fill(struct plan *plan, uint32_t records_end) {
    struct ef_interpreter *interpreter = plan->interpreter;
    for (uint32_t i = 0; i < interpreter->operator_count; ++i) {
        const struct ef_node *node = &plan->nodes[i];
        const uint32_t end = i + 1u < interpreter->operator_count ? node[1].record : records_end;
        struct ef_context context;
        enum ef_status status = ef_graph_operator(interpreter, i, &context, plan->error);
        if (status != EF_OK) return status;
        context.kernel = ef_graph_kernel(interpreter, node);
        context.record = interpreter->arena + node->record;
        context.record_room = end - node->record;
        status = context.kernel->prepare(&context);
        if (status == EF_OK && context.record_bytes != context.record_room) status = EF_DECLINED;
        if (status == EF_DECLINED) {
            return ef_error_set(plan->error, EF_RUNTIME_ERROR, (int32_t)i, -1,
                                EF_TEXT("the kernel changed its mind about its record"), 0, 0);
        }
        if (status != EF_OK) return status;
    }
    return EF_OK;
}

/* Refuse for want of memory. */
static enum ef_status too_small(struct plan *plan, uint64_t needed, size_t given) {
    struct ef_memory *memory = &plan->interpreter->memory;
    memory->needed = needed > LARGEST_SUM ? LARGEST_SUM : (uint32_t)needed;
    memory->at_least = plan->starved;
    return ef_error_set(plan->error, EF_ARENA_TOO_SMALL, -1, -1,
                        plan->starved ? EF_TEXT("the arena has # bytes, at least # are needed")
                                      : EF_TEXT("the arena has # bytes, # are needed"),
                        given > LARGEST_SUM ? (int32_t)LARGEST_SUM : (int32_t)given, (int32_t)memory->needed);
}

/* Measure, plan, settle and fill; `room` bytes lie at the aligned arena, `lost` in front of it. */
static enum ef_status build(struct plan *plan, size_t room, size_t lost) {
    struct ef_interpreter *interpreter = plan->interpreter;
    const uint32_t nodes_bytes = interpreter->operator_count * (uint32_t)sizeof(struct ef_node);
    const uint32_t tables = nodes_bytes + interpreter->tensor_count * 4u;
    if (tables <= room) {
        plan->nodes = (struct ef_node *)(void *)interpreter->arena;
        plan->places = (uint32_t *)(void *)(interpreter->arena + nodes_bytes);
        plan->items = (struct ef_plan_item *)(void *)(interpreter->arena + tables);
        const size_t most = (room - tables) / sizeof(struct ef_plan_item);
        plan->item_room = most > EF_PLAN_MOST_ITEMS ? EF_PLAN_MOST_ITEMS : (uint32_t)most;
        memset(plan->places, 0xff, interpreter->tensor_count * sizeof *plan->places);
        interpreter->nodes = 0u;
        interpreter->places = nodes_bytes;
    } else {
        plan->starved = 1u;
    }
    const enum ef_status status = measure(plan);
    if (status != EF_OK) return status;
    if (plan->starved && plan->item_count == EF_PLAN_MOST_ITEMS) {
        return ef_error_set(plan->error, EF_TOO_LARGE, -1, -1, EF_TEXT("more than # tensors to plan"),
                            (int32_t)EF_PLAN_MOST_ITEMS, 0);
    }
    if (plan->starved || !sums_hold(plan)) {
        const uint64_t work = tables + (uint64_t)plan->item_count * sizeof(struct ef_plan_item) + 1u;
        const uint64_t bound = tables + plan->records + plan->variables + plan->widest;
        plan->starved = 1u;
        return too_small(plan, (work > bound ? work : bound) + lost, room + lost);
    }
    for (uint32_t i = 0; i < interpreter->operator_count; ++i) share(plan, i);
    struct ef_memory *memory = &interpreter->memory;
    const uint32_t records_end = tables + (uint32_t)plan->records;
    memory->planned = ef_plan_place(plan->items, plan->item_count);
    memory->variables = (uint32_t)plan->variables;
    memory->persistent = round_up(records_end) + memory->variables;
    memory->scratch = plan->scratch;
    const uint32_t work = tables + plan->item_count * (uint32_t)sizeof(struct ef_plan_item);
    const uint32_t run = memory->persistent + memory->planned;
    memory->needed = (work > run ? work : run) + (uint32_t)lost;
    if (run > room) return too_small(plan, memory->needed, room + lost);
    settle(plan, tables, memory->persistent);
    interpreter->planned = interpreter->arena + memory->persistent;
    return fill(plan, records_end);
}

enum ef_status ef_interpreter_prepare(struct ef_interpreter *interpreter, const struct ef_model *model, void *arena,
                                      size_t arena_bytes, const struct ef_options *options, struct ef_error *error) {
    memset(interpreter, 0, sizeof *interpreter);
    ef_error_clear(error);
    interpreter->model = model;
    interpreter->kernels = options->kernels;
    interpreter->custom = options->custom;
    enum ef_status status = ef_graph_open(interpreter, options, error);
    if (status == EF_OK && interpreter->signature != 0u) status = ef_signature_check(interpreter, error);
    if (status != EF_OK) return status;
    const size_t misfit = (size_t)((uintptr_t)arena & (EF_ALIGNMENT - 1u));
    size_t lost = misfit == 0u ? 0u : EF_ALIGNMENT - misfit;
    if (arena == NULL) arena_bytes = 0u;
    if (lost > arena_bytes) lost = arena_bytes;
    interpreter->arena = arena == NULL ? NULL : (uint8_t *)arena + lost;
    struct plan plan;
    memset(&plan, 0, sizeof plan);
    plan.interpreter = interpreter;
    plan.error = error;
    plan.preserve_inputs = options->preserve_inputs;
    status = build(&plan, arena_bytes - lost, lost);
    if (status != EF_OK) return status;
    interpreter->prepared = 1u;
    ef_interpreter_reset_variables(interpreter);
    return EF_OK;
}
