/* A QEMU plugin (TCG, plugin interface 1): how often each instruction of a program runs, apart for parts of it.
 *
 *     -plugin ef_executed.so,out=FILE,low=HEX,high=HEX,begin=HEX,end=HEX[,mark=HEX]…[,each=on]
 *
 * Counting begins when the instruction at `begin` is reached and is over at `end`; instructions outside [low, high) do
 * not count. Reaching a mark begins a new part: what runs from there on belongs to it, up to the next mark. Parts of the
 * same mark are added up, unless `each` asks for every one on its own, in the order in which they ran.
 *
 * FILE: for each part `part ADDRESS TIMES` (the mark's address, how often it was reached), then `ADDRESS COUNT` of its
 * instructions, addresses in hexadecimal. The functions below are declared by hand because distributions do not ship
 * QEMU's header; names and types are those of QEMU's documentation, "TCG plugins". */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t i);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*call)(plugin_id, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *instruction, int operation, void *at,
                                                       uint64_t value);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction, void (*call)(unsigned, void *),
                                                   int flags, void *user);

SHOWN int qemu_plugin_version = 1;
SHOWN int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

enum { PARTS = 4096 };

static uint64_t low, high, begin, end;
static uint64_t marks[PARTS], times[PARTS];
static size_t mark_count = 1; /* part 0 is what runs before the first mark */
static size_t now;
static int counting, over, each;
static uint64_t *counts; /* since the part began, by halfword */
static uint64_t *sums;   /* a row for each part */
static FILE *out;

static size_t halfwords(void) { return (size_t)((high - low) / 2u); }

static void write_part(size_t part, const uint64_t *row) {
    fprintf(out, "part %" PRIx64 " %" PRIu64 "\n", marks[part], times[part]);
    for (size_t i = 0; i < halfwords(); i++) {
        if (row[i] != 0u) fprintf(out, "%" PRIx64 " %" PRIu64 "\n", low + 2u * i, row[i]);
    }
}

/* The part that was running is over. */
static void leave(void) {
    uint64_t *row = sums + now * halfwords();
    if (each) {
        write_part(now, counts);
    } else {
        for (size_t i = 0; i < halfwords(); i++) row[i] += counts[i];
    }
    memset(counts, 0, halfwords() * sizeof *counts);
}

static void reached(unsigned processor, void *user) {
    const uint64_t address = (uint64_t)(uintptr_t)user;
    (void)processor;
    if (address == begin && !counting && !over) {
        memset(counts, 0, halfwords() * sizeof *counts);
        counting = 1;
        times[0] = 1;
        return;
    }
    if (!counting) return;
    if (address == end) {
        leave();
        for (size_t part = 0; part < mark_count && !each; part++) write_part(part, sums + part * halfwords());
        fflush(out);
        counting = 0;
        over = 1;
        return;
    }
    for (size_t part = 1; part < mark_count; part++) {
        if (marks[part] != address) continue;
        leave();
        now = part;
        times[part]++;
        return;
    }
}

static int is_marked(uint64_t address) {
    if (address == begin || address == end) return 1;
    for (size_t part = 1; part < mark_count; part++) {
        if (marks[part] == address) return 1;
    }
    return 0;
}

static void translated(plugin_id id, struct qemu_plugin_tb *block) {
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        const uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (is_marked(address))
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, reached, 0, (void *)(uintptr_t)address);
        if (address >= low && address < high)
            qemu_plugin_register_vcpu_insn_exec_inline(instruction, 0, &counts[(address - low) / 2u], 1);
    }
}

static uint64_t hex(const char *text) { return strtoull(text, NULL, 16); }

SHOWN int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        if (value == NULL) return -1;
        value++;
        if (strncmp(argv[i], "out=", 4) == 0) out = fopen(value, "w");
        if (strncmp(argv[i], "low=", 4) == 0) low = hex(value);
        if (strncmp(argv[i], "high=", 5) == 0) high = hex(value);
        if (strncmp(argv[i], "begin=", 6) == 0) begin = hex(value);
        if (strncmp(argv[i], "end=", 4) == 0) end = hex(value);
        if (strncmp(argv[i], "each=", 5) == 0) each = 1;
        if (strncmp(argv[i], "mark=", 5) == 0 && mark_count < PARTS) marks[mark_count++] = hex(value);
    }
    if (out == NULL || high <= low || begin == end) return -1;
    counts = calloc(halfwords(), sizeof *counts);
    sums = calloc(mark_count * halfwords(), sizeof *sums);
    if (counts == NULL || sums == NULL) return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
