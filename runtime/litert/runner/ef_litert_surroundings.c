/* What is done around measuring: CPUs to run on, and readings of the conditions between the runs, about one a second. */
#define _GNU_SOURCE /* sched_setaffinity */

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/times.h>
#include <unistd.h>

#include "ef_litert_server.h"

#define INTERVAL_NS 1000000000u
#define READINGS 256u /* then every other one goes, and the interval doubles */
#define READING_BYTES 4096u
#define TEXT_BYTES 2048u

struct reading {
    uint32_t at_ms, bytes;
    uint8_t pairs[READING_BYTES]; /* as on the link */
};

static struct reading readings[READINGS];
static uint32_t count;
static uint64_t begin_ns, interval_ns, next_ns, looked_ns;
static double others_before_s;

/* CPU seconds that all other programs have used since boot; negative where the system does not say. */
static double others_s(void) {
    unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
    struct tms own;
    double hz = (double)sysconf(_SC_CLK_TCK);
    FILE *stream = fopen("/proc/stat", "r");
    int fields = stream ? fscanf(stream, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
                                 &wait, &irq, &softirq, &steal)
                        : 0;
    if (stream)
        (void)fclose(stream);
    if (fields != 8 || times(&own) == (clock_t)-1)
        return -1;
    return ((double)(user + nice + system + irq + softirq + steal) - (double)own.tms_utime - (double)own.tms_stime) / hz;
}

void ef_litert_look_begin(void) {
    count = 0;
    begin_ns = next_ns = ef_litert_now_ns();
    interval_ns = INTERVAL_NS;
    looked_ns = 0;
}

void ef_litert_look(bool at_once) {
    uint64_t now = ef_litert_now_ns();
    if (now < next_ns && !at_once)
        return;
    if (count == READINGS) {
        for (uint32_t i = 1; i < READINGS / 2u; i++)
            readings[i] = readings[2u * i];
        count = READINGS / 2u;
        interval_ns *= 2u;
    }
    struct reading *reading = &readings[count++];
    struct ef_writer writer = {reading->pairs, 0, sizeof reading->pairs, false};
    double others = others_s();
    reading->at_ms = (uint32_t)((now - begin_ns) / 1000000u);
    ef_litert_changing(&writer);
    if (looked_ns == 0u || now - looked_ns >= INTERVAL_NS / 4u) { /* the kernel counts in hundredths of a second */
        char text[32];
        double used = looked_ns ? (others - others_before_s) * 1e9 / (double)(now - looked_ns) : 0.0;
        (void)snprintf(text, sizeof text, "%.2f", used > 0.0 ? used : 0.0);
        if (looked_ns != 0u && others >= 0.0)
            ef_writer_pair(&writer, "others_cpus", text);
        others_before_s = others;
        looked_ns = now;
    }
    reading->bytes = (uint32_t)writer.used;
    next_ns = ef_litert_now_ns() + interval_ns;
}

enum ef_status ef_litert_conditions_during(struct ef_litert_server *server, struct ef_reader *request,
                                           struct ef_writer *reply) {
    uint32_t index = ef_reader_number(request, 4);
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    ef_writer_number(reply, count, 4);
    ef_writer_number(reply, index < count ? readings[index].at_ms : 0u, 4);
    if (index < count)
        ef_writer_bytes(reply, readings[index].pairs, readings[index].bytes);
    return EF_OK;
}

static const char *pin(const char *cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    while (*cpus != '\0') {
        char *end;
        unsigned long cpu = strtoul(cpus, &end, 10);
        if (end == cpus || cpu >= CPU_SETSIZE)
            return "no list of CPUs";
        CPU_SET(cpu, &set);
        cpus = end + (*end == ',');
    }
    return sched_setaffinity(0, sizeof set, &set) == 0 ? NULL : "the device has no such CPU, or does not allow it";
}

/* What OPEN's threads inherit. Governors are not the shell user's to set. */
enum ef_status ef_litert_tune(struct ef_litert_server *server, struct ef_reader *request, struct ef_writer *reply) {
    while (request->left > 0u && !request->failed) {
        char name[64], value[TEXT_BYTES];
        struct ef_span key = ef_reader_text(request), given = ef_reader_text(request);
        if (request->failed || key.size >= sizeof name || given.size >= sizeof value)
            return ef_litert_malformed(server);
        memcpy(name, key.data, key.size);
        name[key.size] = '\0';
        memcpy(value, given.data, given.size);
        value[given.size] = '\0';
        const char *why = strcmp(name, "pin") == 0 ? pin(value) : "adb's shell user may not set it";
        if (why)
            ef_writer_pair(reply, name, why);
    }
    return ef_reader_done(request) ? EF_OK : ef_litert_malformed(server);
}
