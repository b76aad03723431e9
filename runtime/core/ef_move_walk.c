/* Walks; see the header. */
#include "ef_move_walk.h"

#include <string.h>

#include "ef_operators.h"

int32_t ef_walk_stride(const struct ef_tensor *tensor, uint32_t d) {
    uint32_t stride = ef_type_bytes(tensor->type);
    for (uint32_t i = tensor->rank; i-- > d + 1u;) stride *= (uint32_t)tensor->dims[i];
    return (int32_t)stride;
}

int64_t ef_walk_entry(const struct ef_tensor *tensor, uint32_t i) {
    const uint8_t *data = tensor->data;
    return tensor->type == EF_TYPE_INT64 ? ef_load_i64(data + 8u * i) : ef_load_i32(data + 4u * i);
}

enum ef_status ef_walk_keep(struct ef_context *context, struct ef_walk *walk, uint32_t room) {
    struct ef_tensor out;
    ef_output(context, 0, &out);
    uint64_t elements = 1;
    uint32_t levels = 0;
    for (uint32_t l = 0; l < walk->levels; l++) {
        const struct ef_walk_level level = walk->level[l];
        elements *= level.count;
        if (elements > (uint64_t)INT32_MAX) break;
        if (level.count == 1u) continue;
        struct ef_walk_level *before = levels > 0u ? &walk->level[levels - 1u] : NULL;
        if (before != NULL && (int64_t)before->stride == (int64_t)level.stride * (int64_t)level.count) {
            before->count *= level.count;
            before->stride = level.stride;
        } else {
            walk->level[levels++] = level;
        }
    }
    if (elements != out.elements)
        return ef_refuse(context, EF_UNSUPPORTED_SHAPE, EF_OUTPUT(0), EF_TEXT("# elements, the operator makes #"),
                         (int32_t)out.elements, elements > (uint64_t)INT32_MAX ? INT32_MAX : (int32_t)elements);
    const uint32_t bytes = (uint32_t)offsetof(struct ef_walk, level) + room * (uint32_t)sizeof walk->level[0];
    struct ef_walk *record = ef_need_record(context, bytes);
    if (!record) return EF_OK;
    memset(record, 0, bytes);
    record->element = ef_type_bytes(out.type);
    record->start = walk->start;
    record->levels = levels > 0u ? levels : 1u;
    if (levels == 0u) record->level[0].count = 1u;
    memcpy(record->level, walk->level, levels * sizeof walk->level[0]);
    return EF_OK;
}

static uint8_t *copy_run(uint8_t *out, const uint8_t *in, const struct ef_walk_level *level, uint32_t element) {
    if (level->stride == (int32_t)element) {
        memcpy(out, in, (size_t)level->count * element);
        return out + (size_t)level->count * element;
    }
    for (uint32_t i = 0; i < level->count; i++, out += element) {
        const uint8_t *from = in + (ptrdiff_t)i * level->stride;
        switch (element) {
            case 1: *out = *from; break;
            case 2: memcpy(out, from, 2); break;
            case 4: memcpy(out, from, 4); break;
            default: memcpy(out, from, 8); break;
        }
    }
    return out;
}

void ef_move_walk_invoke(const struct ef_call *call) {
    const struct ef_walk *walk = call->record;
    const uint8_t *in = (const uint8_t *)call->inputs[0] + walk->start;
    uint8_t *out = call->outputs[0];
    const uint32_t last = walk->levels - 1u;
    uint32_t index[EF_WALK_LEVELS] = {0};
    ptrdiff_t at = 0;
    for (;;) {
        out = copy_run(out, in + at, &walk->level[last], walk->element);
        uint32_t l = last;
        for (; l > 0u; l--) {
            const struct ef_walk_level *level = &walk->level[l - 1u];
            at += level->stride;
            if (++index[l - 1u] < level->count) break;
            at -= (ptrdiff_t)level->stride * (ptrdiff_t)level->count;
            index[l - 1u] = 0;
        }
        if (l == 0u) return;
    }
}
