/* SELECT_V2 of any fixed-size type: a condition and two values that broadcast to the output. Refuses shapes that do not,
 * and values of another type than the output's. */
#include <string.h>

#include "ef_operators.h"

struct record {
    uint32_t element, rank;
    struct level {
        uint32_t count;
        uint32_t step[3]; /* bytes of each operand */
    } level[1];
};

enum ef_status ef_select_v2_prepare(struct ef_context *context) {
    struct ef_tensor in[3], out;
    ef_output(context, 0, &out);
    for (uint32_t i = 0; i < 3u; i++) {
        ef_input(context, i, &in[i]);
        if (i > 0u && in[i].type != out.type)
            return ef_refuse(context, EF_UNSUPPORTED_TYPE, (int32_t)i, EF_TEXT("type # is not the output's, #"),
                             in[i].type, out.type);
        if (in[i].rank > out.rank)
            return ef_refuse(context, EF_UNSUPPORTED_SHAPE, (int32_t)i, EF_TEXT("rank # is above the output's, #"),
                             in[i].rank, out.rank);
        for (uint32_t d = 0; d < in[i].rank; d++) {
            const int32_t size = in[i].dims[d], wanted = out.dims[d + out.rank - in[i].rank];
            if (size != 1 && size != wanted)
                return ef_refuse(context, EF_UNSUPPORTED_SHAPE, (int32_t)i, EF_TEXT("# does not broadcast to #"), size,
                                 wanted);
        }
    }
    struct record *record = ef_need_record(
        context, (uint32_t)offsetof(struct record, level) + out.rank * (uint32_t)sizeof record->level[0]);
    if (!record) return EF_OK;
    record->element = ef_type_bytes(out.type);
    record->rank = out.rank;
    for (uint32_t d = 0; d < out.rank; d++) record->level[d].count = (uint32_t)out.dims[d];
    for (uint32_t i = 0; i < 3u; i++) {
        uint32_t step = i == 0u ? 1u : record->element;
        for (uint32_t d = out.rank; d-- > 0u;) {
            const uint32_t missing = (uint32_t)(out.rank - in[i].rank);
            const uint32_t size = d < missing ? 1u : (uint32_t)in[i].dims[d - missing];
            record->level[d].step[i] = size == 1u ? 0u : step;
            step *= size;
        }
    }
    return EF_OK;
}

void ef_select_v2_invoke(const struct ef_call *call) {
    const struct record *record = call->record;
    const uint8_t *from[3] = {call->inputs[0], call->inputs[1], call->inputs[2]};
    uint8_t *out = call->outputs[0];
    uint32_t index[EF_MAX_RANK] = {0};
    for (;;) {
        memcpy(out, *from[0] != 0u ? from[1] : from[2], record->element);
        out += record->element;
        uint32_t d = record->rank;
        for (; d > 0u; d--) {
            const struct level *level = &record->level[d - 1u];
            const uint32_t turned = ++index[d - 1u] == level->count;
            if (turned) index[d - 1u] = 0;
            for (uint32_t i = 0; i < 3u; i++) {
                if (turned)
                    from[i] -= (size_t)level->step[i] * (level->count - 1u);
                else
                    from[i] += level->step[i];
            }
            if (!turned) break;
        }
        if (d == 0u) return;
    }
}
