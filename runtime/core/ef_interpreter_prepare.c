/* Prepares one subgraph: measure (ef_measure.h), let outputs lie over inputs where that is allowed, plan, and give every
 * kernel its record. The arena: nodes, places, records, variable tensors (persistent), then the planned part. While
 * measuring, what lies behind the places is the planner's work space. Refuses an arena that is too small. */
#include <string.h>

#include "ef_segment.h"

/* Lay the operator's output 0 over the first input that allows it. */
EF_OWN_FRAME static void share(struct ef_measure *plan, uint32_t i) {
    const struct ef_kernel *kernel = ef_graph_kernel(plan->interpreter, &plan->nodes[i]);
    struct ef_context context;
    struct ef_tensor in, out;
    if (kernel->in_place == 0u || (plan->nodes[i].flags & EF_NODE_TOGETHER) != 0u) return;
    (void)ef_graph_operator(plan->interpreter, i, &context, NULL);
    ef_output(&context, 0u, &out);
    struct ef_plan_item *over = &plan->items[plan->places[out.index]];
    for (uint32_t k = 0; k < 7u; ++k) {
        if ((kernel->in_place >> k & 1u) == 0u || !ef_input(&context, k, &in)) continue;
        const uint32_t place = plan->places[in.index];
        if (place >= EF_PLAN_MOST_ITEMS || in.elements != out.elements) continue;
        struct ef_plan_item *under = &plan->items[place];
        if (under->last != ef_step_of(i)) continue;
        under->last = over->last;
        if (over->size > under->size) under->size = over->size;
        over->size = 0u;
        plan->places[out.index] = place;
        return;
    }
}

/* Let the output of a row kernel lie over its first input, where that dies and is no other operand as well. */
EF_OWN_FRAME static void overlap(struct ef_measure *plan, uint32_t i) {
    struct ef_context context;
    const struct ef_node *node = &plan->nodes[i];
    if (ef_graph_kernel(plan->interpreter, node)->row == NULL || (node->flags & EF_NODE_TOGETHER) != 0u) return;
    ef_graph_operands(plan->interpreter, i, &context);
    const uint32_t in = plan->places[ef_context_input(&context, 0u)];
    struct ef_plan_item *out = &plan->items[plan->places[ef_context_output(&context, 0u)]];
    if (in >= EF_PLAN_MOST_ITEMS || plan->items[in].last != ef_step_of(i)) return;
    if (out->forwards == EF_PLAN_APART && out->backwards == EF_PLAN_APART) return;
    for (uint32_t k = 1; k < context.input_count; ++k) {
        const int32_t index = ef_context_input(&context, k);
        if (index >= 0 && plan->places[index] == in) return;
    }
    out->over = (uint16_t)(in + 1u);
}

/* Sums of all items stay within 31 bits, so that offsets do. */
static int sums_hold(const struct ef_measure *plan) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < plan->item_count; ++i) sum += plan->items[i].size;
    return sum + plan->variables + plan->records <= EF_LARGEST_SUM;
}

/* Marks and item indices become places in the arena. */
EF_OWN_FRAME static void settle(struct ef_measure *plan, uint32_t tables, uint32_t planned_at) {
    struct ef_interpreter *interpreter = plan->interpreter;
    uint32_t at = tables;
    for (uint32_t i = 0; i < interpreter->operator_count; ++i) {
        struct ef_node *node = &plan->nodes[i];
        const uint32_t record_bytes = node->record;
        node->record = at;
        at += record_bytes;
        if (ef_graph_kernel(interpreter, node)->row != NULL && (node->flags & EF_NODE_TOGETHER) == 0u) {
            struct ef_context context;
            ef_graph_operands(interpreter, i, &context);
            const struct ef_plan_item *out = &plan->items[plan->places[ef_context_output(&context, 0u)]];
            if (ef_plan_is_backwards(plan->items, out)) node->flags |= EF_NODE_BACKWARDS;
        }
        if (node->scratch != EF_PLACE_UNSEEN) node->scratch = planned_at + plan->items[node->scratch].offset;
    }
    at = ef_round_up(at);
    for (uint32_t t = 0; t < interpreter->tensor_count; ++t) {
        uint32_t *place = &plan->places[t];
        if (*place < EF_PLAN_MOST_ITEMS) {
            *place = planned_at + plan->items[*place].offset;
        } else if (*place == EF_PLACE_VARIABLE) {
            struct ef_tensor tensor;
            (void)ef_graph_tensor(interpreter, -1, t, &tensor, NULL);
            *place = at;
            at += ef_round_up(tensor.bytes);
        }
    }
}

/* Give every kernel its record. */
EF_OWN_FRAME static enum ef_status fill(struct ef_measure *plan, uint32_t records_end) {
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
EF_OWN_FRAME static enum ef_status too_small(struct ef_measure *plan, uint64_t needed, size_t given) {
    struct ef_memory *memory = &plan->interpreter->memory;
    memory->needed = needed > EF_LARGEST_SUM ? EF_LARGEST_SUM : (uint32_t)needed;
    memory->at_least = plan->starved;
    return ef_error_set(plan->error, EF_ARENA_TOO_SMALL, -1, -1,
                        plan->starved ? EF_TEXT("the arena has # bytes, at least # are needed")
                                      : EF_TEXT("the arena has # bytes, # are needed"),
                        given > EF_LARGEST_SUM ? (int32_t)EF_LARGEST_SUM : (int32_t)given, (int32_t)memory->needed);
}

/* Measure, plan, settle and fill; `room` bytes lie at the aligned arena, `lost` in front of it. */
static enum ef_status build(struct ef_measure *plan, size_t room, size_t lost) {
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
    enum ef_status status = ef_measure(plan);
    if (EF_WITH_PLAN_ENTRY && status == EF_OK && !plan->starved) status = ef_interpreter_plan_find(plan);
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
    for (uint32_t i = 0; i < interpreter->operator_count; ++i) overlap(plan, i);
    struct ef_memory *memory = &interpreter->memory;
    const uint32_t records_end = tables + (uint32_t)plan->records;
    if (EF_WITH_PLAN_ENTRY && plan->given != NULL) {
        status = ef_interpreter_plan_take(plan, &memory->planned);
        if (status != EF_OK) return status;
    } else {
        memory->planned = ef_plan_place(plan->items, plan->item_count);
    }
    memory->variables = (uint32_t)plan->variables;
    memory->persistent = ef_round_up(records_end) + memory->variables;
    memory->scratch = plan->scratch;
    const uint32_t work = tables + plan->item_count * (uint32_t)sizeof(struct ef_plan_item);
    const uint32_t run = memory->persistent + memory->planned;
    memory->needed = (work > run ? work : run) + (uint32_t)lost;
    if (run > room) return too_small(plan, memory->needed, room + lost);
    settle(plan, tables, memory->persistent);
    interpreter->planned = interpreter->arena + memory->persistent;
    status = fill(plan, records_end);
    if (status == EF_OK) status = ef_segments_check(interpreter, plan->error);
    return status;
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
    struct ef_measure plan;
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
