/* Segments of the interpreter: operators that a model's EDGEFLOW_PLAN runs together by rows, as ef_stream.h has it, with
 * rings of a few rows between them. Internal to core. */
#ifndef EF_SEGMENT_H
#define EF_SEGMENT_H

#include "ef_measure.h"

#define EF_SEGMENT_MOST 32u      /* operators in one */
#define EF_SEGMENT_ROWS 0x0fffu  /* rows in one ring */
#define EF_SEGMENT_INPUTS 4u     /* of one operator; it has one output */

#if EF_WITH_STREAMING
/* Make segments of measured operators, whose items get the sizes of rings and the lifetimes of the whole segment.
 * `words` are those of the plan: for each segment its first operator and the one behind its last, then for each of its
 * operators the rows that are kept of its output; for the last 0, or 1 where it takes its input row by row. What cannot be
 * is refused with EF_BAD_MODEL. */
enum ef_status ef_segments_note(struct ef_measure *plan, const uint8_t *words, uint32_t count);

/* Of prepared operators: hold every segment to what its windows read, row by row; EF_BAD_MODEL where a row would be read
 * that is not there any more. */
enum ef_status ef_segments_check(struct ef_interpreter *interpreter, struct ef_error *error);

/* Run the segment that begins with operator `first`. */
void ef_segment_run(const struct ef_interpreter *interpreter, uint32_t first);

/* Whether only rows of a tensor are kept. */
int ef_segment_within(const struct ef_interpreter *interpreter, uint32_t tensor);

#else /* there are none */
static inline enum ef_status ef_segments_check(struct ef_interpreter *interpreter, struct ef_error *error) {
    (void)interpreter;
    (void)error;
    return EF_OK;
}
static inline void ef_segment_run(const struct ef_interpreter *interpreter, uint32_t first) {
    (void)interpreter;
    (void)first;
}
static inline int ef_segment_within(const struct ef_interpreter *interpreter, uint32_t tensor) {
    (void)interpreter;
    (void)tensor;
    return 0;
}
#endif

#endif /* EF_SEGMENT_H */
