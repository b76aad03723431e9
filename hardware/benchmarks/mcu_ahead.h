/* A model built ahead of time under the name `m`, for mcu_bare.c. */
#include "m.h"

static uint64_t arena[M_ARENA_WORDS];

#ifdef M_HAS_RESET
static void subject_prepare(void) { m_reset(arena); }
#else
static void subject_prepare(void) {}
#endif

static void subject_invoke(void) { m_invoke(arena); }

#ifdef MEASURE
static uint8_t *subject_input(uint32_t *bytes) {
    *bytes = M_INPUT_0_BYTES;
    return (uint8_t *)M_INPUT_0(arena);
}

static const uint8_t *subject_output(uint32_t *bytes) {
    *bytes = M_OUTPUT_0_BYTES;
    return (const uint8_t *)M_OUTPUT_0(arena);
}

static uint32_t subject_arena_bytes(void) { return M_ARENA_BYTES; }
#endif
