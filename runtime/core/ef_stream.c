/* The order of rows in a segment, and where they lie. Nothing is checked: see the header. */
#include "ef_stream.h"

/* One past the last input row that row `y` of a stage reads. */
static uint32_t rows_read(const struct ef_stream_stage *stage, uint32_t y) {
    if (!stage->row) return y + 1u;
    const struct ef_window *window = stage->record;
    const int32_t last = (int32_t)(y * window->stride_h) - window->pad_top +
                         (window->kernel_h - 1) * (int32_t)window->dilation_h;
    if (last >= (int32_t)window->in_h) return window->in_h;
    return last < 0 ? 0u : (uint32_t)last + 1u;
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

/* Run a row kernel for output row `y`. */
static void make_row(const struct ef_stream_stage *stage, const struct ef_call *call, uint32_t y, uint8_t *arena) {
    const struct ef_window *window = stage->record;
    const int32_t step = window->dilation_h, height = window->in_h, slots = stage->in[0].slots;
    const int32_t first = (int32_t)(y * window->stride_h) - window->pad_top;
    int32_t begin = first < 0 ? (-first + step - 1) / step : 0;
    int32_t end = window->kernel_h;
    if (first + (end - 1) * step >= height) end = first >= height ? 0 : (height - first + step - 1) / step;
    if (begin > end) begin = end;
    struct ef_rows rows;
    rows.base = arena + stage->in[0].offset;
    rows.row_bytes = stage->in[0].row_bytes;
    rows.slot = begin < end ? (first + begin * step) % slots - begin * step : 0;
    rows.slots = slots;
    rows.step = step;
    rows.ky_begin = (uint16_t)begin;
    rows.ky_end = (uint16_t)end;
    rows.out_w = window->out_w;
    rows.y = (uint16_t)y;
    stage->row(call, &rows, row_of(&stage->out, y, arena));
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
        make_row(stage, &call, y, arena);
        return;
    }
    for (uint32_t i = 0; i < stage->inputs; i++) inputs[i] = row_of(&stage->in[i], y, arena);
    outputs[0] = row_of(&stage->out, stage->take ? 0u : y, arena);
    if (stage->take) {
        stage->take(&call, y);
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
