/* Runs segments of the interpreter: rows in the order of ef_stream_run(), each in its ring or its whole tensor. The same
 * walk without kernels checks a plan when it is prepared: every row that is read must still be there. */
#include <string.h>

#include "ef_segment.h"
#include "ef_stream.h"
#include "ef_window.h"

#if EF_WITH_STREAMING

/* A segment while it runs. `rows` is how many runs of a stage anybody wants, `done` how many there were; `maker` the stage
 * that makes an input's rows, or EF_STREAM_WHOLE. */
struct segment {
    const struct ef_interpreter *interpreter;
    const struct ef_node *nodes; /* of the first one */
    uint32_t first, count;
    uint16_t done[EF_SEGMENT_MOST];
    uint16_t rows[EF_SEGMENT_MOST];
    uint8_t maker[EF_SEGMENT_MOST][2];
};

static const struct ef_node *node_of(const struct segment *segment, uint32_t k) {
    return segment->nodes + k;
}

static const struct ef_kernel *kernel_of(const struct segment *segment, uint32_t k) {
    return ef_graph_kernel(segment->interpreter, node_of(segment, k));
}

static const void *record_of(const struct segment *segment, uint32_t k) {
    return segment->interpreter->arena + node_of(segment, k)->record;
}

static int takes(const struct segment *segment, uint32_t k) {
    return (node_of(segment, k)->flags & EF_NODE_TAKES) != 0u;
}

/* The window of a stage that makes a row of several; NULL for the others. */
static const struct ef_window *window_of(const struct segment *segment, uint32_t k) {
    return kernel_of(segment, k)->row != NULL && !takes(segment, k) ? record_of(segment, k) : NULL;
}

/* How many inputs of a stage come by rows. */
static uint32_t inputs_of(const struct segment *segment, uint32_t k) {
    return takes(segment, k) || kernel_of(segment, k)->row != NULL ? 1u : 2u;
}

static uint32_t row_bytes(const struct segment *segment, uint32_t k, int of_output) {
    if (takes(segment, k)) { /* its input is made in the segment */
        k = segment->maker[k][0];
        of_output = 1;
    }
    if (kernel_of(segment, k)->row == NULL) return ef_load_u32(record_of(segment, k)); /* elements of one byte */
    const struct ef_window *window = record_of(segment, k);
    return of_output ? (uint32_t)window->out_w * window->out_c * window->out_element_bytes
                     : (uint32_t)window->in_w * window->in_c * window->in_element_bytes;
}

/* Rows of input `n` of a stage that are kept at once. */
static uint32_t slots_of(const struct segment *segment, uint32_t k, uint32_t n) {
    const uint32_t maker = segment->maker[k][n];
    if (maker != EF_STREAM_WHOLE) return (uint32_t)node_of(segment, maker)->flags >> EF_NODE_ROWS;
    return kernel_of(segment, k)->row != NULL ? ((const struct ef_window *)record_of(segment, k))->in_h
                                              : segment->rows[k];
}

/* One past the last row of its inputs that run `y` of a stage reads. */
static uint32_t rows_end(const struct segment *segment, uint32_t k, uint32_t y) {
    const struct ef_window *window = window_of(segment, k);
    return window == NULL ? y + 1u : ef_window_rows_end(window, y);
}

/* No stage makes rows that nobody reads. */
static void leave_unread(struct segment *segment) {
    uint16_t read[EF_SEGMENT_MOST] = {0};
    read[segment->count - 1u] = segment->rows[segment->count - 1u];
    for (uint32_t k = segment->count; k-- > 0u;) {
        segment->rows[k] = read[k];
        if (read[k] == 0u) continue;
        const uint32_t end = rows_end(segment, k, read[k] - 1u);
        for (uint32_t n = 0; n < 2u; ++n) {
            const uint32_t maker = segment->maker[k][n];
            if (maker != EF_STREAM_WHOLE && read[maker] < end) read[maker] = (uint16_t)end;
        }
    }
}

EF_OWN_FRAME static void open_segment(struct segment *segment, const struct ef_interpreter *interpreter,
                                      uint32_t first) {
    int32_t outputs[EF_SEGMENT_MOST];
    memset(segment, 0, sizeof *segment);
    segment->interpreter = interpreter;
    segment->nodes = ef_graph_node(interpreter, first);
    segment->first = first;
    for (uint32_t k = 0; k < EF_SEGMENT_MOST && first + k < interpreter->operator_count; ++k) {
        const struct ef_node *node = node_of(segment, k);
        if ((node->flags & EF_NODE_TOGETHER) == 0u || (k > 0u && (node->flags & EF_NODE_FIRST) != 0u)) break;
        struct ef_context context;
        struct ef_tensor out;
        memset(&context, 0, sizeof context);
        ef_graph_operands(interpreter, first + k, &context);
        outputs[k] = ef_context_output(&context, 0u);
        segment->count = k + 1u;
        for (uint32_t n = 0; n < 2u; ++n) {
            segment->maker[k][n] = EF_STREAM_WHOLE;
            for (uint32_t m = 0; m < k; ++m) {
                if (ef_context_input(&context, n) == outputs[m]) segment->maker[k][n] = (uint8_t)m;
            }
        }
        const struct ef_window *window = record_of(segment, k);
        const uint32_t maker = segment->maker[k][0];
        if (takes(segment, k)) {
            segment->rows[k] = maker == EF_STREAM_WHOLE ? 0u : segment->rows[maker];
        } else if (kernel_of(segment, k)->row != NULL) {
            segment->rows[k] = window->out_h;
        } else {
            ef_output(&context, 0u, &out);
            segment->rows[k] = (uint16_t)out.dims[1];
        }
    }
    leave_unread(segment);
}

/* The stage that has to make a row before stage `k` can make its next one, or `k`. */
static uint32_t wanted(const struct segment *segment, uint32_t k) {
    const uint32_t rows = rows_end(segment, k, segment->done[k]);
    for (uint32_t n = 0; n < 2u; ++n) {
        const uint32_t maker = segment->maker[k][n];
        if (maker != EF_STREAM_WHOLE && segment->done[maker] < rows) return maker;
    }
    return k;
}

static void run_stage(const struct segment *segment, uint32_t k) {
    const struct ef_kernel *kernel = kernel_of(segment, k);
    const uint32_t y = segment->done[k], bytes = row_bytes(segment, k, 0);
    const uint32_t kept = (uint32_t)node_of(segment, k)->flags >> EF_NODE_ROWS;
    struct ef_call call;
    const void *inputs[EF_SEGMENT_INPUTS];
    void *outputs[1];
    ef_graph_call(segment->interpreter, segment->first + k, &call, inputs, outputs);
    if (!takes(segment, k)) {
        outputs[0] = (uint8_t *)outputs[0] + (kept == 0u ? y : y % kept) * row_bytes(segment, k, 1);
    }
    if (window_of(segment, k) != NULL) {
        struct ef_rows rows;
        ef_window_rows(call.record, inputs[0], bytes, slots_of(segment, k, 0u), y, &rows);
        kernel->row(&call, &rows, outputs[0]);
        return;
    }
    for (uint32_t n = 0; n < inputs_of(segment, k); ++n) {
        if (inputs[n] != NULL) inputs[n] = (const uint8_t *)inputs[n] + y % slots_of(segment, k, n) * bytes;
    }
    if (takes(segment, k)) {
        (void)kernel->take(&call, y, segment->rows[k]);
    } else {
        kernel->invoke(&call);
    }
}

/* The first row that a stage's next run reads. */
static uint32_t oldest_row(const struct segment *segment, uint32_t k) {
    const struct ef_window *window = window_of(segment, k);
    if (window == NULL) return segment->done[k];
    const int32_t first = (int32_t)(segment->done[k] * (uint32_t)window->stride_h) - window->pad_top;
    const int32_t step = window->dilation_h;
    return (uint32_t)(first < 0 ? (first % step + step) % step : first);
}

/* Whether the rows that a stage is about to read are in their rings. */
static int rows_are_there(const struct segment *segment, uint32_t k) {
    for (uint32_t n = 0; n < 2u; ++n) {
        const uint32_t maker = segment->maker[k][n];
        if (maker == EF_STREAM_WHOLE) continue;
        const uint32_t oldest = oldest_row(segment, k), made = segment->done[maker];
        if (made > oldest && made - oldest > slots_of(segment, k, n)) return 0;
    }
    return 1;
}

/* Whether the row of the segment's output that is about to be made destroys one of a whole input that is still to be read,
 * be it by the stage that makes it. */
static int row_is_free(const struct segment *segment) {
    const uint32_t last = segment->count - 1u, y = segment->done[last];
    const void *inputs[EF_SEGMENT_INPUTS];
    void *outputs[1];
    struct ef_call call;
    if (takes(segment, last)) return 1; /* nothing is read behind its last row */
    ef_graph_call(segment->interpreter, segment->first + last, &call, inputs, outputs);
    const uint32_t bytes = row_bytes(segment, last, 1);
    const uint8_t *begin = (const uint8_t *)outputs[0] + y * bytes;
    for (uint32_t k = 0; k <= last; ++k) {
        if (segment->done[k] == segment->rows[k]) continue;
        ef_graph_call(segment->interpreter, segment->first + k, &call, inputs, outputs);
        const uint32_t down = row_bytes(segment, k, 0);
        for (uint32_t n = 0; n < inputs_of(segment, k); ++n) {
            if (segment->maker[k][n] != EF_STREAM_WHOLE || inputs[n] == NULL) continue;
            const uint8_t *x = inputs[n];
            if (begin < x + slots_of(segment, k, n) * down && begin + bytes > x + oldest_row(segment, k) * down) return 0;
        }
    }
    return 1;
}

/* Whether elementwise operators count as said, and the one that takes rows takes all. Their records become those of a row. */
static int settle(const struct segment *segment) {
    for (uint32_t k = 0; k < segment->count; ++k) {
        void *record = segment->interpreter->arena + node_of(segment, k)->record;
        if (takes(segment, k)) {
            struct ef_call call = {record, NULL, NULL, NULL};
            if (segment->rows[k] == 0u || !kernel_of(segment, k)->take(&call, segment->rows[k], segment->rows[k])) return 0;
        } else if (kernel_of(segment, k)->row == NULL) {
            const uint32_t elements = ef_load_u32(record);
            if (elements % segment->rows[k] != 0u) return 0;
            *(uint32_t *)record = elements / segment->rows[k];
        }
    }
    return 1;
}

/* The stage whose turn it is. */
static uint32_t next_stage(const struct segment *segment) {
    uint32_t k = segment->count - 1u;
    for (uint32_t maker = wanted(segment, k); maker != k; maker = wanted(segment, k)) k = maker;
    return k;
}

void ef_segment_run(const struct ef_interpreter *interpreter, uint32_t first) {
    struct segment segment;
    open_segment(&segment, interpreter, first);
    while (segment.done[segment.count - 1u] < segment.rows[segment.count - 1u]) {
        const uint32_t k = next_stage(&segment);
        run_stage(&segment, k);
        segment.done[k]++;
    }
}

EF_OWN_FRAME static enum ef_status check(const struct ef_interpreter *interpreter, uint32_t first,
                                         struct ef_error *error) {
    struct segment segment;
    open_segment(&segment, interpreter, first);
    const uint32_t last = segment.count - 1u;
    int holds = settle(&segment);
    while (holds && segment.done[last] < segment.rows[last]) {
        const uint32_t k = next_stage(&segment);
        holds = rows_are_there(&segment, k) && (k != last || row_is_free(&segment));
        segment.done[k]++;
    }
    if (holds) return EF_OK;
    return ef_error_set(error, EF_BAD_MODEL, (int32_t)first, -1,
                        EF_TEXT("EDGEFLOW_PLAN keeps too few rows for operators # to #"), (int32_t)first,
                        (int32_t)(first + last));
}

enum ef_status ef_segments_check(struct ef_interpreter *interpreter, struct ef_error *error) {
    enum ef_status status = EF_OK;
    for (uint32_t i = 0; i < interpreter->operator_count && status == EF_OK; ++i) {
        if ((ef_graph_node(interpreter, i)->flags & EF_NODE_FIRST) != 0u) status = check(interpreter, i, error);
    }
    return status;
}

int ef_segment_within(const struct ef_interpreter *interpreter, uint32_t tensor) {
    for (uint32_t i = 0; i < interpreter->operator_count; ++i) {
        struct ef_context context;
        if (((uint32_t)ef_graph_node(interpreter, i)->flags >> EF_NODE_ROWS) == 0u) continue;
        ef_graph_operands(interpreter, i, &context);
        if (ef_context_output(&context, 0u) == (int32_t)tensor) return 1;
    }
    return 0;
}

#else
typedef int ef_interpreter_stream_is_left_out; /* a file must not be empty */
#endif
