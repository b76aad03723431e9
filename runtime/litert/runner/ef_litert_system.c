/* What the system says of this machine and of this process: /proc and /sys. What it does not say is left out. */
#define _GNU_SOURCE /* sched_setaffinity */

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ef_litert_server.h"

#define CPUS "/sys/devices/system/cpu/"
#define THERMAL "/sys/class/thermal/"
#define POWER "/sys/class/power_supply/"
#define ENTRIES_MAX 256
#define TEXT_BYTES 2048u

/* The first line of a file without its end; "" where it cannot be read. */
static void first_line(const char *folder, const char *name, const char *file, char *text, size_t size) {
    char path[512];
    text[0] = '\0';
    (void)snprintf(path, sizeof path, "%s%s%s", folder, name, file);
    FILE *stream = fopen(path, "r");
    if (!stream)
        return;
    if (!fgets(text, (int)size, stream))
        text[0] = '\0';
    (void)fclose(stream);
    text[strcspn(text, "\r\n")] = '\0';
}

static void append(char *list, const char *text) {
    size_t used = strlen(list);
    if (*text != '\0' && used + strlen(text) + 2u < TEXT_BYTES)
        (void)snprintf(list + used, TEXT_BYTES - used, "%s%s", used > 0u ? "," : "", text);
}

/* Whether a comma-separated list has the entry. */
static bool has(const char *list, const char *text) {
    size_t length = strlen(text);
    for (const char *at = list; (at = strstr(at, text)) != NULL; at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

static int by_name(const struct dirent **left, const struct dirent **right) {
    return strverscmp((*left)->d_name, (*right)->d_name);
}

/* Call `take` with every entry of a folder that begins with `prefix`, in order of their numbers. */
static void each(const char *folder, const char *prefix, void (*take)(const char *name, char *list), char *list) {
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, by_name);
    for (int i = 0; i < count; i++) {
        if (i < ENTRIES_MAX && entries[i]->d_name[0] != '.' &&
            strncmp(entries[i]->d_name, prefix, strlen(prefix)) == 0)
            take(entries[i]->d_name, list);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void governor(const char *name, char *list) {
    char text[64];
    first_line(CPUS, name, "/cpufreq/scaling_governor", text, sizeof text);
    if (!has(list, text))
        append(list, text);
}

static void frequency(const char *name, char *list) {
    char text[32];
    first_line(CPUS, name, "/cpufreq/scaling_cur_freq", text, sizeof text);
    append(list, text);
}

static void max_frequency(const char *name, char *list) {
    char text[32];
    first_line(CPUS, name, "/cpufreq/scaling_max_freq", text, sizeof text);
    append(list, text);
}

static void temperature(const char *name, char *list) {
    char kind[64], value[32], entry[112];
    first_line(THERMAL, name, "/type", kind, sizeof kind);
    first_line(THERMAL, name, "/temp", value, sizeof value);
    size_t sign = *value == '-';
    if (value[sign] == '\0' || strspn(value + sign, "0123456789") != strlen(value + sign))
        return;
    (void)snprintf(entry, sizeof entry, "%.60s=%s", *kind ? kind : name, value);
    append(list, entry);
}

static void cooling(const char *name, char *list) {
    char kind[64], state[32], entry[112];
    first_line(THERMAL, name, "/type", kind, sizeof kind);
    first_line(THERMAL, name, "/cur_state", state, sizeof state);
    if ((strstr(kind, "cpufreq") || strcmp(kind, "Processor") == 0) && atol(state) > 0) {
        (void)snprintf(entry, sizeof entry, "%s=%s", kind, state);
        append(list, entry);
    }
}

static void power_supply(const char *name, char *list) {
    char status[64], entry[128];
    first_line(POWER, name, "/status", status, sizeof status);
    if (*status == '\0')
        return;
    (void)snprintf(entry, sizeof entry, "%.60s=%s", name, status);
    append(list, entry);
}

static void cache_size(const char *name, char *list) {
    char text[32], *unit;
    first_line(CPUS "cpu0/cache/", name, "/size", text, sizeof text);
    unsigned long long bytes = strtoull(text, &unit, 10), before = strtoull(list, NULL, 10);
    bytes <<= *unit == 'K' ? 10 : *unit == 'M' ? 20 : *unit == 'G' ? 30 : 0;
    if (bytes > before)
        (void)snprintf(list, TEXT_BYTES, "%llu", bytes);
}

uint64_t ef_litert_cache_bytes(void) {
    char largest[TEXT_BYTES] = "";
    each(CPUS "cpu0/cache", "index", cache_size, largest);
    return strtoull(largest, NULL, 10);
}

/* `IMPLEMENTER:PART` of Arm CPUs, all that differ. */
static void cpu_parts(char *list) {
    char line[512], maker[32] = "", part[32], entry[72];
    FILE *stream = fopen("/proc/cpuinfo", "r");
    while (stream && fgets(line, sizeof line, stream)) {
        if (sscanf(line, "CPU implementer : %31s", maker) == 1)
            continue;
        if (sscanf(line, "CPU part : %31s", part) == 1 && *maker) {
            (void)snprintf(entry, sizeof entry, "%s:%s", maker, part);
            if (!has(list, entry))
                append(list, entry);
        }
    }
    if (stream)
        (void)fclose(stream);
}

static void affinity(char *list) {
    cpu_set_t set;
    char number[16];
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &set)) {
            (void)snprintf(number, sizeof number, "%d", cpu);
            append(list, number);
        }
}

struct ef_litert_memory ef_litert_memory_now(void) {
    struct ef_litert_memory found = {0, 0, 0, 0};
    char line[256];
    unsigned long long kib;
    FILE *stream = fopen("/proc/self/status", "r");
    while (stream && fgets(line, sizeof line, stream)) {
        if (sscanf(line, "VmRSS: %llu", &kib) == 1)
            found.rss = kib * 1024u;
        else if (sscanf(line, "RssAnon: %llu", &kib) == 1)
            found.anonymous = kib * 1024u;
        else if (sscanf(line, "RssFile: %llu", &kib) == 1)
            found.file = kib * 1024u;
        else if (sscanf(line, "VmHWM: %llu", &kib) == 1)
            found.peak = kib * 1024u;
    }
    if (stream)
        (void)fclose(stream);
    return found;
}

void ef_litert_phase(struct ef_litert_server *server, enum ef_litert_phase phase) {
    server->phases[phase] = ef_litert_memory_now();
}

enum ef_status ef_litert_memory_figures(struct ef_litert_server *server, struct ef_reader *request,
                                        struct ef_writer *reply) {
    static const char *const names[] = {"import", "load", "allocate", "first_invoke", "steady"};
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct ef_litert_memory *at = &server->phases[i];
        const struct {
            const char *kind;
            uint64_t bytes;
        } figures[] = {{"rss", at->rss}, {"anonymous", at->anonymous}, {"file", at->file}};
        for (size_t j = 0; at->rss > 0u && j < 3u; j++) {
            char name[64];
            (void)snprintf(name, sizeof name, "%s_%s", figures[j].kind, names[i]);
            if (figures[j].bytes > 0u)
                ef_writer_figure(reply, name, figures[j].bytes);
        }
    }
    uint64_t peak = server->peak_before_cold ? server->peak_before_cold : ef_litert_memory_now().peak;
    if (peak > 0u)
        ef_writer_figure(reply, "peak_rss", peak);
    return EF_OK;
}

/* A pair, where there is a value. */
static void pair(struct ef_writer *reply, const char *name, const char *value) {
    if (*value != '\0')
        ef_writer_pair(reply, name, value);
}

void ef_litert_changing(struct ef_writer *reply) {
    static const struct {
        const char *name, *folder, *prefix;
        void (*take)(const char *name, char *list);
    } lists[] = {
        {"governor", CPUS, "cpu", governor},
        {"frequency_khz", CPUS, "cpu", frequency},
        {"max_frequency_khz", CPUS, "cpu", max_frequency},
        {"temperature_mc", THERMAL, "thermal_zone", temperature},
        {"cooling", THERMAL, "cooling_device", cooling},
        {"power_supply", POWER, "", power_supply},
    };
    char text[TEXT_BYTES];
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        text[0] = '\0';
        each(lists[i].folder, lists[i].prefix, lists[i].take, text);
        pair(reply, lists[i].name, text);
    }
    first_line("/proc/loadavg", "", "", text, sizeof text);
    text[strcspn(text, " ")] = '\0';
    pair(reply, "load", text);
}

enum ef_status ef_litert_conditions(struct ef_litert_server *server, struct ef_reader *request,
                                    struct ef_writer *reply) {
    char text[TEXT_BYTES];
    struct utsname system;
    if (!ef_reader_done(request))
        return ef_litert_malformed(server);
    ef_litert_changing(reply);
    pair(reply, "cpu", server->cpu);
    text[0] = '\0';
    cpu_parts(text);
    pair(reply, "cpu_part", text);
    long cpus = sysconf(_SC_NPROCESSORS_CONF);
    (void)snprintf(text, sizeof text, "%ld", cpus);
    pair(reply, "cpus", cpus > 0 ? text : "");
    text[0] = '\0';
    affinity(text);
    pair(reply, "affinity", text);
    (void)snprintf(text, sizeof text, "%zu", 8u * sizeof(void *));
    pair(reply, "pointer_bits", text);
    if (uname(&system) == 0) {
        pair(reply, "machine", system.machine);
        pair(reply, "kernel", system.release);
    }
    pair(reply, "os", server->os);
    (void)snprintf(text, sizeof text, "litert %.60s", server->version);
    pair(reply, "interpreter", text);
    bool xnnpack = *server->model.delegate == '\0' || strcmp(server->model.delegate, "xnnpack") == 0;
    pair(reply, "delegate", server->open ? xnnpack ? "xnnpack" : "none" : "");
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)server->evicted_bytes);
    pair(reply, "evicted_bytes", server->evicted_bytes > 0u ? text : "");
    return EF_OK;
}
