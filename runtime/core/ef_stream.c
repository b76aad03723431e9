/* The order of rows in a segment, and where they lie. Nothing is checked: see the header. */
#include "ef_stream.h"

/* One past the last input row that run `y` of a stage reads. */
static uint32_t rows_read(const struct ef_stream_stage *stage, uint32_t y) {
    return stage->row ? ef_window_rows_end(stage->record, y) : y + 1u;
}

/* The stage that has to make a row before stage `k` can make its next one, or `k`. */
static uint32_t wanted(const struct ef_stream_stage *stages, uint32_t k, const uint16_t *done) {
    const struct ef_stream_stage *stage = &stages[k];
    const uint32_t rows = rows_read(stage, done[k]);
    for (uint32_t i = 0; i < stage->inputs; i++) {
        const uint32_t maker = stage->in[i].maker;
        if (maker != EF_STREAM_WHOLE && done[maker] < rows) return maker;
    }
    return k;
}

static uint8_t *row_of(const struct ef_stream_rows *rows, uint32_t y, uint8_t *arena) {
    return arena + rows->offset + y % rows->slots * rows->row_bytes;
}

static void run_stage(const struct ef_stream_stage *stage, uint32_t y, uint8_t *arena,
                      const struct ef_stream_feed *feed) {
    const void *inputs[2] = {NULL, NULL};
    void *outputs[1];
    struct ef_call call;
    if (stage->inputs == 0u) {
        feed->row(feed->source, y, row_of(&stage->out, y, arena));
        return;
    }
    call.record = stage->record;
    call.scratch = stage->scratch == EF_STREAM_NOTHING ? NULL : arena + stage->scratch;
    call.inputs = stage->row ? stage->constants : inputs;
    call.outputs = outputs;
    if (stage->row) {
        const struct ef_stream_rows *in = &stage->in[0];
        struct ef_rows rows;
        ef_window_rows(stage->record, arena + in->offset, in->row_bytes, in->slots, y, &rows);
        stage->row(&call, &rows, row_of(&stage->out, y, arena));
        return;
    }
    for (uint32_t i = 0; i < stage->inputs; i++) inputs[i] = row_of(&stage->in[i], y, arena);
    outputs[0] = row_of(&stage->out, stage->take ? 0u : y, arena);
    if (stage->take) {
        (void)stage->take(&call, y, stage->rows);
    } else {
        stage->invoke(&call);
    }
}

void ef_stream_run(const struct ef_stream_stage *stages, uint32_t count, uint8_t *arena,
                   const struct ef_stream_feed *feed) {
    uint16_t done[EF_STREAM_MOST_STAGES] = {0};
    while (done[count - 1u] < stages[count - 1u].rows) {
        uint32_t k = count - 1u;
        for (uint32_t maker = wanted(stages, k, done); maker != k; maker = wanted(stages, k, done)) k = maker;
        run_stage(&stages[k], done[k], arena, feed);
        done[k]++;
    }
}
