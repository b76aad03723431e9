/* Mutates inputs of the link target record by record: order, kinds, contents; models by their meaning. */
#include <string.h>

#include "ef_load.h"
#include "ef_wire.h"
#include "fuzz.h"

#define RECORDS 256u
#define SCRATCH_BYTES 65536u

static const uint8_t commands[] = {
    EF_CMD_HELLO, EF_CMD_MODEL_BEGIN, EF_CMD_MODEL_CHUNK, EF_CMD_MODEL_COMMIT, EF_CMD_MODEL_ACTIVATE, EF_CMD_SLOTS,
    EF_CMD_OPEN, EF_CMD_MODEL_INFO, EF_CMD_SIGNATURE, EF_CMD_TENSOR, EF_CMD_INPUT, EF_CMD_INVOKE, EF_CMD_SAMPLES,
    EF_CMD_OUTPUT, EF_CMD_PROFILE, EF_CMD_MEMORY, EF_CMD_CONDITIONS, EF_CMD_CANCEL, EF_CMD_RESET};

/* Ends of the records; returns their number. ends[0] is where the first begins. */
static size_t split(const uint8_t *data, size_t size, size_t *ends) {
    size_t count = 0, at = FUZZ_HEAD_BYTES;
    ends[0] = at;
    while (count < RECORDS && size - at >= FUZZ_RECORD_BYTES) {
        const size_t length = FUZZ_RECORD_BYTES + (size_t)ef_load_u16(data + at + 1);
        if (length > size - at) break;
        at += length;
        ends[++count] = at;
    }
    return count;
}

/* Put `length` bytes where `removed` bytes were. */
static size_t splice(uint8_t *data, size_t size, size_t max, size_t at, size_t removed, const uint8_t *bytes,
                     size_t length) {
    if (size - removed + length > max) return size;
    memmove(data + at + length, data + at + removed, size - at - removed);
    if (length > 0u) memcpy(data + at, bytes, length);
    return size - removed + length;
}

static size_t finish(uint8_t *record, uint8_t kind, size_t content) {
    record[0] = kind;
    record[1] = (uint8_t)content;
    record[2] = (uint8_t)(content >> 8);
    return FUZZ_RECORD_BYTES + content;
}

/* A short record of any kind. */
static size_t invent(uint8_t *record, unsigned seed) {
    uint8_t *content = record + FUZZ_RECORD_BYTES;
    const uint8_t busy = seed & 1u ? FUZZ_BUSY : 0u;
    switch (seed / 2u % 8u) {
        case 0: return finish(record, FUZZ_RESTART, 0);
        case 1:
            content[0] = (uint8_t)(seed / 64u % 97u);
            content[1] = 0;
            content[2] = (uint8_t)(seed / 8192u);
            return finish(record, FUZZ_CUT, 3);
        default:
            memset(content, 0, 32);
            content[0] = (uint8_t)(seed >> 24);
            content[1] = commands[seed / 16u % sizeof commands];
            return finish(record, (uint8_t)(FUZZ_FRAME | busy), 2u + LLVMFuzzerMutate(content + 2, seed >> 10 & 31u, 32));
    }
}

/* Change the content of the record at `from`..`to`, its model by meaning. */
static size_t change(uint8_t *data, size_t size, size_t max, size_t from, size_t to, unsigned seed) {
    static uint8_t record[SCRATCH_BYTES];
    size_t content = to - from - FUZZ_RECORD_BYTES, room = content + 256u;
    if (room > UINT16_MAX) return size;
    memcpy(record, data + from, to - from);
    uint8_t *at = record + FUZZ_RECORD_BYTES;
    if ((record[0] & 0x7Fu) == FUZZ_UPLOAD && content >= 16u) content = fuzz_mutate_model(at, content, room, seed);
    else if ((record[0] & 0x7Fu) == FUZZ_FRAME && content > 2u && seed & 64u)
        content = 2u + LLVMFuzzerMutate(at + 2, content - 2u, room - 2u); /* the command stays */
    else content = LLVMFuzzerMutate(at, content, room);
    return splice(data, size, max, from, to - from, record, finish(record, record[0], content));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static size_t ends[RECORDS + 1u];
    static uint8_t record[SCRATCH_BYTES];
    const size_t count = size < FUZZ_HEAD_BYTES ? 0u : split(data, size, ends);
    if (count == 0u || seed % 32u == 0u || size > SCRATCH_BYTES) return LLVMFuzzerMutate(data, size, max_size);
    const size_t one = seed / 32u % count, other = seed / 4096u % (count + 1u), from = ends[one], to = ends[one + 1u];
    switch (seed / 7u % 10u) {
        case 0: return splice(data, size, max_size, from, to - from, NULL, 0);
        case 1: /* again, elsewhere */
            memcpy(record, data + from, to - from);
            return splice(data, size, max_size, ends[other], 0, record, to - from);
        case 2: case 3: return splice(data, size, max_size, ends[other], 0, record, invent(record, seed));
        case 4: data[from] ^= seed & 2u ? FUZZ_BUSY : (uint8_t)(seed / 128u % FUZZ_KINDS); return size;
        case 5: (void)LLVMFuzzerMutate(data, FUZZ_HEAD_BYTES, FUZZ_HEAD_BYTES); return size;
        default: return change(data, size, max_size, from, to, seed);
    }
}
