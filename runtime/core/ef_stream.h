/* Operators that run together, one row at a time: a segment. Only its input and its output are whole tensors; between
 * its operators there are rings of the few rows that are still read. Rows are made when they are wanted, from the last
 * operator backwards, each once. edgeflow/generate/ahead/streaming.py plans rings and places by the same order of rows.
 *
 * A kernel with a form ef_<name>_take can be the last one where it makes C elements of the whole image [1, H, W, C], one
 * a channel: that takes input row y of H, the rows in their turn, keeps a sum of 4 bytes a channel in its scratch from
 * row to row, and gives the output with the last one. Called for y = H it says whether its record is of that kind, and
 * touches nothing else of the call.
 *
 * Only ahead-of-time builds use ef_stream_run(): everything in a stage is a constant that edgeflow has checked. The
 * interpreter runs rows in the same order (ef_interpreter_stream.c). */
#ifndef EF_STREAM_H
#define EF_STREAM_H

#include "ef_window.h"

#define EF_STREAM_WHOLE 255u           /* the maker of a tensor that is there before the segment runs */
#define EF_STREAM_NOTHING UINT32_MAX   /* no scratch */
#define EF_STREAM_MOST_STAGES 64u

/* The rows of one tensor: row r lies in slot r % slots. */
struct ef_stream_rows {
    uint32_t offset;    /* of slot 0, in bytes from the start of the arena */
    uint32_t row_bytes;
    uint16_t slots;     /* as many as rows where the tensor is whole */
    uint16_t maker;     /* the stage that makes it, or EF_STREAM_WHOLE */
};

/* Whoever gives the rows of a segment's input: row 0 first, each once, and none that no operator reads. */
struct ef_stream_feed {
    void (*row)(const void *source, uint32_t y, void *out); /* writes all bytes of row `y` to `out` */
    const void *source;
};

/* One operator. Exactly one of the three functions is given, none and no inputs where the feed gives the rows. */
struct ef_stream_stage {
    const void *record;
    const void *const *constants; /* row kernels: the operator's inputs; the first one is not looked at */
    void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row); /* record: a struct ef_window */
    void (*invoke)(const struct ef_call *call); /* an elementwise kernel whose record is that of one row */
    int (*take)(const struct ef_call *call, uint32_t y, uint32_t rows); /* takes input row y; the last gives the output */
    uint32_t scratch;   /* as ef_stream_rows.offset, or EF_STREAM_NOTHING */
    uint16_t rows;      /* to make, or to take */
    uint16_t inputs;    /* that are rows: 1 or 2; 0: the feed's stage */
    struct ef_stream_rows in[2], out;
};

/* Run a segment of `count` stages, producers before their readers; the last one makes the output. `feed` may be NULL
 * where no stage is the feed's. */
void ef_stream_run(const struct ef_stream_stage *stages, uint32_t count, uint8_t *arena,
                   const struct ef_stream_feed *feed);

#endif /* EF_STREAM_H */
