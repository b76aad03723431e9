/* Running and measuring: INVOKE, SAMPLES, PROFILE. The clock is read right before and after each operator, so that
 * what the server does in between (looking for CANCEL, RUNNING) is in no sample. */
#include <string.h>

#include "ef_link_parts.h"

static uint64_t now(const struct ef_link *link) {
    return link->port->ticks(link->port->context);
}

EF_OWN_FRAME void ef_link_resume(struct ef_link *link) {
    link->mark_ticks = now(link);
}

/* Between operators: book the operator that has ended, then look after the link. */
enum ef_status ef_link_before_operator(void *user, uint32_t index) {
    struct ef_link *link = user;
    uint64_t spent = now(link) - link->mark_ticks;
    link->run_ticks += spent;
    if (link->profiling && index > 0u)
        link->port->operator_ticks[index - 1u] += spent;
    ef_link_beat(link, false);
    bool go_on = ef_link_poll(link);
    ef_link_resume(link);
    return go_on ? EF_OK : EF_CANCELLED;
}

/* Give the model its inputs as the host wrote them. */
static void restore_inputs(struct ef_link *link) {
    const struct ef_link_prepared *prepared = &link->prepared[link->chosen];
    const uint8_t *at = prepared->copy;
    struct ef_tensor tensor;
    uint32_t count = ef_interpreter_input_count(&prepared->interpreter);
    for (uint32_t i = 0; at && i < count; i++) {
        if (ef_interpreter_input(&prepared->interpreter, i, &tensor) != EF_OK || tensor.is_constant)
            continue;
        memcpy(tensor.data, at, tensor.bytes);
        at += tensor.bytes;
    }
}

enum ef_status ef_link_run_model(struct ef_link *link, uint64_t *ticks) {
    const struct ef_hook hook = {ef_link_before_operator, link};
    restore_inputs(link);
    link->run_ticks = 0;
    link->mark_ticks = now(link);
    enum ef_status status = ef_interpreter_invoke(&link->prepared[link->chosen].interpreter, &hook);
    *ticks = link->run_ticks + (now(link) - link->mark_ticks);
    if (status == EF_CANCELLED)
        return ef_link_refuse(link, status, EF_TEXT("stopped between two operators"), 0);
    if (status != EF_OK)
        return ef_link_refuse(link, status, EF_TEXT("the interpreter failed"), 0);
    return EF_OK;
}

/* One run of an INVOKE, not before `*start` when the runs are paced. */
static enum ef_status run(struct ef_link *link, uint64_t period, uint64_t *start, uint64_t *ticks) {
    do {
        ef_link_beat(link, false);
        if (!ef_link_poll(link))
            return ef_link_refuse(link, EF_CANCELLED, EF_TEXT("stopped between two runs"), 0);
    } while (period > 0u && now(link) < *start);
    if (period > 0u)
        *start = now(link) > *start + period ? now(link) : *start + period;
    enum ef_status status = ef_link_run_model(link, ticks);
    if (status == EF_OK && !link->has_run) {
        link->has_run = true;
        link->first_ticks = *ticks;
    }
    return status;
}

/* Keep a sample; a full buffer makes one of each two. */
static void keep(struct ef_link *link, uint64_t *sum, uint32_t *in_batch) {
    uint64_t *samples = link->port->samples;
    if (*in_batch < link->batch)
        return;
    samples[link->samples++] = *sum;
    *sum = 0;
    *in_batch = 0;
    if (link->samples < link->port->sample_count)
        return;
    link->samples /= 2u;
    for (uint32_t i = 0; i < link->samples; i++)
        samples[i] = samples[2u * i] + samples[2u * i + 1u];
    link->batch *= 2u;
}

struct plan {
    uint32_t warmup, max_runs;
    uint64_t warmup_ticks, min_ticks, max_ticks, period; /* 0: none */
};

static enum ef_status measure(struct ef_link *link, const struct plan *plan, bool profile) {
    uint64_t begin = now(link), start = begin, ticks = 0, sum = 0;
    uint32_t runs = 0, in_batch = 0;
    bool late = false;
    enum ef_status status = EF_OK;
    while (!late && (link->warmup_runs < plan->warmup || now(link) - begin < plan->warmup_ticks)) {
        status = run(link, 0, &start, &ticks);
        if (status != EF_OK)
            return status;
        link->warmup_runs++;
        late = plan->max_ticks > 0u && now(link) - begin >= plan->max_ticks;
    }
    link->profiling = profile;
    uint64_t measured = now(link);
    start = measured;
    while (!late && (runs < plan->max_runs || now(link) - measured < plan->min_ticks)) {
        status = run(link, plan->period, &start, &ticks);
        if (status != EF_OK)
            return status;
        runs++;
        in_batch++;
        sum += ticks;
        keep(link, &sum, &in_batch);
        link->profile_runs += profile;
        late = plan->max_ticks > 0u && now(link) - begin >= plan->max_ticks;
    }
    return EF_OK;
}

static enum ef_status begin_profile(struct ef_link *link) {
    uint32_t count = ef_interpreter_operator_count(&link->prepared[link->chosen].interpreter);
    if (count > link->port->operator_count || count > UINT16_MAX)
        return ef_link_refuse(link, EF_UNSUPPORTED_OPTION, EF_TEXT("this board can profile # operators"),
                              (int32_t)link->port->operator_count);
    memset(link->port->operator_ticks, 0, count * sizeof link->port->operator_ticks[0]);
    link->profile_operators = count;
    return EF_OK;
}

enum ef_status ef_link_invoke(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    const uint64_t hz = link->port->ticks_hz(link->port->context);
    struct plan plan;
    plan.warmup = ef_reader_number(request, 4);
    plan.warmup_ticks = hz * ef_reader_number(request, 4) / 1000u;
    plan.max_runs = ef_reader_number(request, 4);
    plan.min_ticks = hz * ef_reader_number(request, 4) / 1000u;
    plan.max_ticks = hz * ef_reader_number(request, 4) / 1000u;
    plan.period = hz * ef_reader_number(request, 4) / 1000000u;
    uint32_t flags = ef_reader_number(request, 1);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    if (link->open_slot == EF_SLOTS_NO_SLOT)
        return ef_link_refuse(link, EF_BAD_STATE, EF_TEXT("no model is open"), 0);
    link->samples = 0;
    link->batch = 1;
    link->warmup_runs = 0;
    link->profile_runs = 0;
    link->profile_operators = 0;
    enum ef_status status = EF_OK;
    if (flags & EF_WIRE_FLAG_PROFILE)
        status = begin_profile(link);
    if (status != EF_OK)
        return status;
    ef_link_beat(link, true);
    status = measure(link, &plan, flags & EF_WIRE_FLAG_PROFILE);
    link->profiling = false;
    if (status != EF_OK)
        return status;
    ef_writer_number(reply, link->samples, 4);
    ef_writer_number(reply, link->batch, 4);
    ef_writer_number(reply, link->warmup_runs, 4);
    ef_writer_number(reply, link->has_run ? link->first_ticks : 0u, 8);
    return EF_OK;
}

enum ef_status ef_link_list_samples(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t first = ef_reader_number(request, 4);
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    ef_writer_number(reply, link->samples, 4);
    while (first < link->samples && reply->capacity - reply->used >= 8u)
        ef_writer_number(reply, link->port->samples[first++], 8);
    return EF_OK;
}

enum ef_status ef_link_profile(struct ef_link *link, struct ef_reader *request, struct ef_writer *reply) {
    uint32_t first = ef_reader_number(request, 2);
    struct ef_operator_info info;
    if (!ef_reader_done(request))
        return ef_link_malformed(link);
    if (link->profile_operators == 0u)
        return ef_link_refuse(link, EF_BAD_STATE, EF_TEXT("the last INVOKE did not profile"), 0);
    ef_writer_number(reply, link->profile_operators, 2);
    ef_writer_number(reply, link->profile_runs, 4);
    for (; first < link->profile_operators; first++) {
        enum ef_status status = ef_interpreter_operator(&link->prepared[link->chosen].interpreter, first, &info);
        if (status != EF_OK)
            return ef_link_refuse(link, status, EF_TEXT("no operator #"), (int32_t)first);
        if (reply->capacity - reply->used < 14u + strlen(info.kernel))
            break;
        ef_writer_number(reply, first, 2);
        ef_writer_number(reply, info.code, 2);
        ef_writer_number(reply, link->port->operator_ticks[first], 8);
        ef_writer_text(reply, info.kernel);
    }
    return EF_OK;
}
