/* The memory plan that a model brings along: its metadata entry EDGEFLOW_PLAN, written by `edgeflow generate --plan` after
 * a search that no board has the time for. Nothing in it is trusted: it must be made for exactly the pieces of memory
 * that this runtime has measured (their hash), every place must be aligned and inside the plan, and no two pieces that
 * live at the same time may disturb each other. Segments (ef_segment.h) are held to the rows that their windows read.
 * What does not hold is refused with EF_BAD_MODEL.
 *
 * The entry is little-endian words, for each subgraph that has a plan: 0x4c504645 ("EFPL"), version 2, index of the
 * subgraph, hash, number of tensors, number of operators, number of words for segments; then the offset of each tensor and
 * of each operator's scratch in the planned part, 0xffffffff where there is none; then the segments. The hash is FNV-1a
 * over the items as the runtime notes them, segments made. */
#include <string.h>

#include "ef_schema.h"
#include "ef_segment.h"

#define MAGIC UINT32_C(0x4c504645)
#define VERSION 2u
#define WORDS 7u /* of the header */
#define NOWHERE UINT32_MAX

static const char NAME[] = "EDGEFLOW_PLAN";

static enum ef_status bad(const struct ef_measure *plan, int32_t operator_index, int32_t tensor, const char *text) {
    return ef_error_set(plan->error, EF_BAD_MODEL, operator_index, tensor, text, 0, 0);
}

/* Position of the entry's bytes, 0 when the model has none, EF_DAMAGED when it leaves the file. */
static uint32_t find_entry(const struct ef_model *model, uint32_t *bytes) {
    const uint32_t root = ef_flatbuffer_follow(model, 0u);
    const uint32_t list = ef_flatbuffer_vector(model, root, EF_MODEL_METADATA, 4u);
    const uint32_t count = ef_flatbuffer_count(model, list);
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t table = ef_flatbuffer_element(model, list, i);
        if (table == EF_DAMAGED) continue;
        const struct ef_text name = ef_flatbuffer_text(model, table, EF_METADATA_NAME);
        if (name.text == NULL || name.bytes != sizeof NAME - 1u || memcmp(name.text, NAME, name.bytes) != 0) continue;
        const uint32_t index = ef_flatbuffer_u32(model, table, EF_METADATA_BUFFER, 0u);
        if (index >= ef_flatbuffer_count(model, model->buffers)) return EF_DAMAGED;
        const uint32_t buffer = ef_flatbuffer_element(model, model->buffers, index);
        const uint32_t data = ef_flatbuffer_vector(model, buffer, EF_BUFFER_DATA, 1u);
        if (data == 0u || data == EF_DAMAGED) return EF_DAMAGED;
        *bytes = ef_flatbuffer_count(model, data);
        return data + 4u;
    }
    return 0u;
}

static uint32_t mixed(uint32_t hash, uint32_t word) {
    for (uint32_t shift = 0; shift < 32u; shift += 8u) hash = (hash ^ (word >> shift & 255u)) * UINT32_C(16777619);
    return hash;
}

static uint32_t hash_of(const struct ef_measure *plan) {
    uint32_t hash = UINT32_C(2166136261);
    for (uint32_t i = 0; i < plan->item_count; ++i) {
        const struct ef_plan_item *item = &plan->items[i];
        hash = mixed(hash, item->size);
        hash = mixed(hash, (uint32_t)item->first | (uint32_t)item->last << 16);
        hash = mixed(hash, (uint32_t)item->key | (uint32_t)item->over << 16);
        if (item->over != 0u) hash = mixed(hash, (uint32_t)item->forwards | (uint32_t)item->backwards << 16);
    }
    return hash;
}

/* Put an item, or find it where it was put before. `order` says whether it has a place. */
static int put(struct ef_measure *plan, uint32_t index, uint32_t offset, uint32_t *peak) {
    if (index >= plan->item_count) return offset == NOWHERE;
    struct ef_plan_item *item = &plan->items[index];
    if (item->order != 0u) return item->offset == offset;
    if (offset % EF_ALIGNMENT != 0u || offset > EF_LARGEST_SUM || item->size > EF_LARGEST_SUM - offset) return 0;
    item->offset = offset;
    item->order = 1u;
    if (offset + item->size > *peak) *peak = offset + item->size;
    return 1;
}

static enum ef_status take(struct ef_measure *plan, const uint8_t *words, uint32_t *peak) {
    const struct ef_interpreter *interpreter = plan->interpreter;
    *peak = 0u;
    for (uint32_t i = 0; i < plan->item_count; ++i) plan->items[i].order = 0u;
    for (uint32_t t = 0; t < interpreter->tensor_count; ++t, words += 4) {
        const uint32_t place = plan->places[t];
        if (!put(plan, place < EF_PLAN_MOST_ITEMS ? place : EF_PLACE_UNSEEN, ef_load_u32(words), peak)) {
            return bad(plan, -1, (int32_t)t, EF_TEXT("its place in EDGEFLOW_PLAN cannot be"));
        }
    }
    for (uint32_t i = 0; i < interpreter->operator_count; ++i, words += 4) {
        if (!put(plan, plan->nodes[i].scratch, ef_load_u32(words), peak)) {
            return bad(plan, (int32_t)i, -1, EF_TEXT("the place of its scratch in EDGEFLOW_PLAN cannot be"));
        }
    }
    if (!ef_plan_holds(plan->items, plan->item_count)) {
        return bad(plan, -1, -1, EF_TEXT("EDGEFLOW_PLAN lays two tensors over each other that are needed at once"));
    }
    return EF_OK;
}

enum ef_status ef_interpreter_plan_find(struct ef_measure *plan) {
    const struct ef_model *model = plan->interpreter->model;
    uint32_t bytes = 0;
    const uint32_t at = plan->preserve_inputs ? 0u : find_entry(model, &bytes);
    if (at == 0u) return EF_OK;
    if (at == EF_DAMAGED) return bad(plan, -1, -1, EF_TEXT("the entry EDGEFLOW_PLAN leaves the file"));
    const uint8_t *words = model->bytes + at;
    while (bytes >= 4u * WORDS) {
        const uint32_t tensors = ef_load_u32(words + 16), operators = ef_load_u32(words + 20);
        const uint32_t segments = ef_load_u32(words + 24);
        const uint64_t size = 4u * ((uint64_t)WORDS + tensors + operators + segments);
        if (ef_load_u32(words) != MAGIC || ef_load_u32(words + 4) != VERSION || size > bytes) break;
        if (ef_load_u32(words + 8) == plan->interpreter->subgraph) {
            if (tensors != plan->interpreter->tensor_count || operators != plan->interpreter->operator_count) {
                return bad(plan, -1, -1, EF_TEXT("EDGEFLOW_PLAN was made for another model or other kernels"));
            }
            plan->given = words;
            if (segments == 0u) return EF_OK;
#if EF_WITH_STREAMING
            return ef_segments_note(plan, words + 4u * (WORDS + tensors + operators), segments);
#else
            return ef_error_set(plan->error, EF_UNSUPPORTED_OPTION, -1, -1,
                                EF_TEXT("EDGEFLOW_PLAN runs operators together; this build has no EF_WITH_STREAMING"),
                                0, 0);
#endif
        }
        words += size;
        bytes -= (uint32_t)size;
    }
    return bytes == 0u ? EF_OK : bad(plan, -1, -1, EF_TEXT("EDGEFLOW_PLAN is damaged, or of another version"));
}

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define HASH_COUNTS 0 /* so that a fuzzer gets to what holds behind it */
#else
#define HASH_COUNTS 1
#endif

enum ef_status ef_interpreter_plan_take(struct ef_measure *plan, uint32_t *peak) {
    if (ef_load_u32(plan->given + 12) != hash_of(plan) && HASH_COUNTS) {
        return bad(plan, -1, -1, EF_TEXT("EDGEFLOW_PLAN was made for another model or other kernels"));
    }
    return take(plan, plan->given + 4u * WORDS, peak);
}
