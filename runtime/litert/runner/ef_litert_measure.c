/* INVOKE and SAMPLES: only the run itself stands between two readings of the clock. The rules are those of the agent,
 * so that both give the same samples of the same machine. */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ef_litert_server.h"
#include "ef_wire.h"

#define BATCH_BELOW_NS 50000u
#define WARMUP_TIMES 4096u
#define EVICT_MIN_BYTES ((uint64_t)8 << 20)
#define EVICT_MAX_BYTES ((uint64_t)256 << 20)
#define EVICT_UNKNOWN_BYTES ((uint64_t)64 << 20)

struct plan {
    uint32_t warmup, max_runs, flags;
    uint64_t warmup_ns, min_ns, max_ns, period_ns;
};

struct progress {
    uint32_t warmup_runs, batch;
    uint64_t times[WARMUP_TIMES]; /* of the first warm-up runs */
    uint64_t end_ns;              /* 0: no limit */
    volatile uint64_t *evicting;
    size_t evicting_count;
};

static enum ef_status stopped(struct ef_litert_server *server) {
    return ef_litert_no(server, EF_CANCELLED, "the host stopped it");
}

static enum ef_status run(struct ef_litert_server *server, uint32_t times, uint64_t *took) {
    enum ef_status status = EF_OK;
    uint64_t begin = ef_litert_now_ns();
    for (uint32_t i = 0; i < times && status == EF_OK; i++)
        status = ef_litert_model_run(&server->model);
    *took = ef_litert_now_ns() - begin;
    if (status != EF_OK)
        return ef_litert_no(server, status, server->model.refusal);
    if (!server->has_run) {
        server->has_run = true;
        server->first_ns = *took;
        ef_litert_phase(server, EF_FIRST_INVOKE);
    }
    return EF_OK;
}

static bool before_run(struct ef_litert_server *server) {
    ef_litert_beat(server, false);
    ef_litert_look(false);
    return ef_litert_go_on(server);
}

static enum ef_status warm_up(struct ef_litert_server *server, const struct plan *plan, struct progress *done) {
    uint64_t until = ef_litert_now_ns() + plan->warmup_ns;
    while (done->warmup_runs < plan->warmup || (plan->warmup_ns > 0u && ef_litert_now_ns() < until)) {
        uint64_t took;
        if (!before_run(server))
            return stopped(server);
        enum ef_status status = run(server, 1, &took);
        if (status != EF_OK)
            return status;
        if (done->warmup_runs < WARMUP_TIMES)
            done->times[done->warmup_runs] = took;
        done->warmup_runs++;
        if (done->end_ns > 0u && ef_litert_now_ns() >= done->end_ns)
            break;
    }
    return EF_OK;
}

static int by_size(const void *left, const void *right) {
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* How many runs make a sample: 1, or as many as take 50 us where that was allowed and the warm-up tells. */
static uint32_t batch_of(const struct plan *plan, struct progress *done) {
    size_t count = done->warmup_runs < WARMUP_TIMES ? done->warmup_runs : WARMUP_TIMES;
    if (!(plan->flags & EF_WIRE_FLAG_BATCH) || (plan->flags & EF_WIRE_FLAG_COLD) || plan->period_ns > 0u || count < 3u)
        return 1;
    qsort(done->times + 1, count - 1u, sizeof done->times[0], by_size); /* the first run is another thing */
    uint64_t usual = done->times[1u + (count - 1u) / 2u];
    usual = usual > 0u ? usual : 1u;
    return usual >= BATCH_BELOW_NS ? 1u : (uint32_t)((BATCH_BELOW_NS + usual - 1u) / usual);
}

static enum ef_status prepare_cold(struct ef_litert_server *server, struct progress *done) {
    uint64_t cache = ef_litert_cache_bytes(), bytes = 2u * cache;
    bytes = bytes > EVICT_MAX_BYTES ? EVICT_MAX_BYTES : bytes < EVICT_MIN_BYTES ? EVICT_MIN_BYTES : bytes;
    bytes = cache > 0u ? bytes : EVICT_UNKNOWN_BYTES;
    server->peak_before_cold = server->has_run ? ef_litert_memory_now().peak : 0u;
    done->evicting_count = (size_t)(bytes / sizeof *done->evicting);
    done->evicting = calloc(done->evicting_count, sizeof *done->evicting);
    if (!done->evicting)
        return ef_litert_no(server, EF_TOO_LARGE, "no memory to empty the caches with");
    server->evicted_bytes = bytes;
    return EF_OK;
}

static void wait_until(uint64_t moment) {
    uint64_t now = ef_litert_now_ns();
    if (moment > now) {
        struct timespec left = {(time_t)((moment - now) / 1000000000u), (long)((moment - now) % 1000000000u)};
        (void)nanosleep(&left, NULL);
    }
}

static enum ef_status measure(struct ef_litert_server *server, const struct plan *plan, struct progress *done) {
    uint64_t until = ef_litert_now_ns() + plan->min_ns, next_start = ef_litert_now_ns();
    while (server->sample_count < plan->max_runs || (plan->min_ns > 0u && ef_litert_now_ns() < until)) {
        uint64_t took;
        if (!before_run(server))
            return stopped(server);
        if (plan->period_ns > 0u) {
            wait_until(next_start);
            uint64_t now = ef_litert_now_ns();
            next_start = next_start + plan->period_ns > now ? next_start + plan->period_ns : now;
        }
        for (size_t i = 0; done->evicting && i < done->evicting_count; i++)
            done->evicting[i]++;
        enum ef_status status = run(server, done->batch, &took);
        if (status != EF_OK)
            return status;
        server->samples[server->sample_count++] = took;
        if ((done->end_ns > 0u && ef_litert_now_ns() >= done->end_ns) || server->sample_count >= EF_LITERT_SAMPLES)
            break;
    }
    return EF_OK;
}

enum ef_status ef_litert_invoke(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    static struct progress done;
    struct plan plan;
    plan.warmup = ef_reader_number(request, 4);
    plan.warmup_ns = (uint64_t)ef_reader_number(request, 4) * 1000000u;
    plan.max_runs = ef_reader_number(request, 4);
    plan.min_ns = (uint64_t)ef_reader_number(request, 4) * 1000000u;
    plan.max_ns = (uint64_t)ef_reader_number(request, 4) * 1000000u;
    plan.period_ns = (uint64_t)ef_reader_number(request, 4) * 1000u;
    plan.flags = ef_reader_number(request, 1);
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    if (!server->open)
        return ef_litert_no(server, EF_BAD_STATE, "no model is open");
    if (plan.flags & EF_WIRE_FLAG_PROFILE)
        return ef_litert_no(server, EF_UNSUPPORTED_OPTION, "this runner times no operators");
    enum ef_status status = ef_litert_model_write(&server->model);
    if (status != EF_OK)
        return ef_litert_no(server, status, server->model.refusal);
    memset(&done, 0, sizeof done);
    done.end_ns = plan.max_ns > 0u ? ef_litert_now_ns() + plan.max_ns : 0u;
    server->sample_count = 0;
    server->peak_before_cold = server->evicted_bytes = 0;
    ef_litert_look_begin();
    ef_litert_beat(server, true);
    status = warm_up(server, &plan, &done);
    done.batch = batch_of(&plan, &done);
    if (status == EF_OK && (plan.flags & EF_WIRE_FLAG_COLD))
        status = prepare_cold(server, &done);
    if (status == EF_OK)
        status = measure(server, &plan, &done);
    free((void *)done.evicting);
    ef_litert_look(true);
    ef_litert_phase(server, EF_STEADY);
    if (status != EF_OK)
        return status;
    ef_writer_number(reply, server->sample_count, 4);
    ef_writer_number(reply, done.batch, 4);
    ef_writer_number(reply, done.warmup_runs, 4);
    ef_writer_number(reply, server->has_run ? server->first_ns : 0u, 8);
    return EF_OK;
}

enum ef_status ef_litert_sample_page(struct ef_litert_server *server, struct ef_reader *request,
                                     struct ef_writer *reply) {
    uint32_t first = ef_reader_number(request, 4);
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    ef_writer_number(reply, server->sample_count, 4);
    while (first < server->sample_count && reply->capacity - reply->used >= 8u)
        ef_writer_number(reply, server->samples[first++], 8);
    return EF_OK;
}
