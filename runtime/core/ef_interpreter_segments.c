/* Segments as a model's EDGEFLOW_PLAN states them, made of operators that are measured. Refuses operators without rows,
 * tensors that are read outside and all that is not [1, H, W, C]. Which rows are really read is checked when everything is
 * prepared (ef_interpreter_stream.c). */
#include <string.h>

#include "ef_segment.h"

#if EF_WITH_STREAMING

/* Operators [first, end) while they become a segment. `over` is 1 + the item of the first whole input that dies there. */
struct part {
    struct ef_measure *plan;
    uint32_t first, end;
    uint32_t over;
};

/* The item of a tensor that is one image; NULL for others. */
static struct ef_plan_item *item_of(const struct ef_measure *plan, const struct ef_tensor *tensor) {
    const uint32_t place = plan->places[tensor->index];
    const int image = tensor->rank == 4u && tensor->dims[0] == 1 && tensor->dims[1] <= INT16_MAX;
    return image && place < EF_PLAN_MOST_ITEMS ? &plan->items[place] : NULL;
}

/* Whether all inputs come by rows or are constants. Whole ones live to the end of the segment. */
static int note_inputs(struct part *part, const struct ef_context *context, const struct ef_tensor *out, int takes) {
    const int by_element = context->kernel->row == NULL && !takes;
    for (uint32_t k = 0; k < context->input_count; ++k) {
        struct ef_tensor in;
        if (!ef_input(context, k, &in)) continue;
        const uint32_t place = part->plan->places[in.index];
        if (!by_element && k > 0u) {
            if (place < EF_PLACE_CONSTANT) return 0;
            continue;
        }
        struct ef_plan_item *item = item_of(part->plan, &in);
        if (item == NULL || (by_element && (k > 1u || memcmp(in.dims, out->dims, sizeof in.dims) != 0))) return 0;
        if (takes && out->elements != (uint32_t)in.dims[3]) return 0;
        const int whole = item->first < ef_step_of(part->first);
        if (whole && part->over == 0u && item->last < ef_step_of(part->end)) part->over = place + 1u;
        if (item->last < ef_step_of(part->end - 1u)) item->last = (uint16_t)ef_step_of(part->end - 1u);
    }
    return 1;
}

/* The output becomes a ring, or for the last operator lives from the segment's begin on. */
static int note_output(struct part *part, uint32_t i, struct ef_plan_item *item, const struct ef_tensor *out,
                       uint32_t rows) {
    item->first = (uint16_t)ef_step_of(part->first);
    if (i + 1u == part->end) {
        item->over = (uint16_t)part->over; /* how near they may come is for ef_segments_check() */
        item->forwards = item->backwards = 0u;
        return 1;
    }
    if (item->last >= ef_step_of(part->end) || rows == 0u || rows > EF_SEGMENT_ROWS || rows > (uint32_t)out->dims[1]) {
        return 0;
    }
    item->last = (uint16_t)ef_step_of(part->end - 1u);
    item->size = ef_round_up(out->bytes / (uint32_t)out->dims[1] * rows);
    return 1;
}

EF_OWN_FRAME static int note_operator(struct part *part, uint32_t i, uint32_t rows) {
    struct ef_measure *plan = part->plan;
    struct ef_node *node = &plan->nodes[i];
    struct ef_context context;
    struct ef_tensor out;
    memset(&context, 0, sizeof context);
    ef_graph_operands(plan->interpreter, i, &context);
    context.kernel = ef_graph_kernel(plan->interpreter, node);
    if (context.input_count == 0u || context.output_count != 1u) return 0;
    if (context.input_count > EF_SEGMENT_INPUTS || context.kernel->input_count > EF_SEGMENT_INPUTS) return 0;
    ef_output(&context, 0u, &out);
    const int takes = i + 1u == part->end && rows == 1u && context.kernel->take != NULL;
    struct ef_plan_item *item = takes ? &plan->items[plan->places[out.index]] : item_of(plan, &out);
    const int by_element = (context.kernel->in_place & EF_KERNEL_ELEMENTS) != 0u && out.bytes == out.elements;
    if (item == NULL || (context.kernel->row == NULL && !by_element && !takes)) return 0;
    if (!note_inputs(part, &context, &out, takes)) return 0;
    node->flags = (uint16_t)(EF_NODE_TOGETHER | (i == part->first ? EF_NODE_FIRST : 0u));
    if (i + 1u < part->end) {
        node->flags |= (uint16_t)(rows << EF_NODE_ROWS);
    } else if (takes) { /* a sum for each channel, as long as the segment runs */
        if (node->scratch != EF_PLACE_UNSEEN) return 0;
        node->flags |= EF_NODE_TAKES;
        node->scratch = ef_measure_item(plan, 4u * out.elements, ef_step_of(part->first),
                                        plan->interpreter->tensor_count + i);
        if (plan->starved) return 1;
        plan->items[node->scratch].last = (uint16_t)ef_step_of(part->end - 1u);
    } else if (rows != 0u) {
        return 0;
    }
    return note_output(part, i, item, &out, rows);
}

enum ef_status ef_segments_note(struct ef_measure *plan, const uint8_t *words, uint32_t count) {
    uint32_t free_from = 0u; /* operators before it are in segments already, or never will be */
    while (count > 0u) {
        struct part part = {plan, ef_load_u32(words), count > 1u ? ef_load_u32(words + 4) : 0u, 0u};
        const uint32_t operators = part.end - part.first;
        int holds = part.first >= free_from && part.first < part.end && part.end <= plan->interpreter->operator_count;
        holds = holds && operators > 1u && operators <= EF_SEGMENT_MOST && operators + 2u <= count;
        words += 8;
        for (uint32_t i = part.first; holds && i < part.end && !plan->starved; ++i, words += 4) {
            holds = note_operator(&part, i, ef_load_u32(words));
        }
        if (!holds) {
            return ef_error_set(plan->error, EF_BAD_MODEL, -1, -1,
                                EF_TEXT("EDGEFLOW_PLAN runs operators # to # together by rows, which cannot be"),
                                (int32_t)(part.first & INT32_MAX), (int32_t)((part.end - 1u) & INT32_MAX));
        }
        if (plan->starved) return EF_OK;
        count -= operators + 2u;
        free_from = part.end;
    }
    return EF_OK;
}

#else
typedef int ef_interpreter_segments_are_left_out; /* a file must not be empty */
#endif
