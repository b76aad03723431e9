/* Runs tuned kernels of the DSP family on their own, on this machine and on QEMU's mps2-an386: calls from stdin, outputs to
 * stdout. A call: function (its place in the list below), kind (0: of the call alone, 1: of a row, 2: of pixels, 3: of tiles), whether
 * backwards, output bytes, scratch bytes, record bytes, inputs, then the record, then for each input its bytes (0: NULL)
 * and content. All uint32. The answer: the output. Every piece is a heap block of exactly its size, for a sanitizer;
 * without one, guards beside output and scratch are looked at. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_tuned.h"

#define GUARD 64u

typedef void row_kernel(const struct ef_call *call, const struct ef_rows *rows, void *out_row);
typedef void kernel(const struct ef_call *call);
typedef void any(void);

static any *const kernels[] = {
#include "dsp_kernels.inc"
};

static void get(void *bytes, size_t size) {
    if (size > 0 && fread(bytes, 1, size, stdin) != size) exit(3);
}

static uint32_t number(void) {
    uint32_t value;
    get(&value, sizeof value);
    return value;
}

static void *block(size_t bytes) {
    void *made = malloc(bytes > 0 ? bytes : 1);
    if (made == NULL) exit(4);
    return made;
}

static uint8_t *guarded(size_t bytes) {
    uint8_t *made = (uint8_t *)block(bytes + 2u * GUARD) + GUARD;
    memset(made - GUARD, 0xa5, bytes + 2u * GUARD);
    return made;
}

static void check(const uint8_t *begin, size_t bytes) {
    for (size_t i = 0; i < GUARD; i++) {
        if (begin[i] != 0xa5 || begin[(size_t)GUARD + bytes + i] != 0xa5) exit(5);
    }
}

static void run(uint32_t function, uint32_t kind, uint32_t backwards, const struct ef_call *call) {
    const struct ef_window *window = call->record;
    if (kind == 0) {
        ((kernel *)kernels[function])(call);
    } else if (kind == 1) {
        const uint8_t *in = call->inputs[0];
        uint8_t *out = call->outputs[0];
        const uint32_t in_bytes = (uint32_t)window->in_h * window->in_w * window->in_c;
        const uint32_t out_bytes = (uint32_t)window->out_h * window->out_w * window->out_c;
        for (uint32_t n = 0; n < window->batches; n++) {
            (backwards ? ef_window_run_rows_backwards : ef_window_run_rows)((row_kernel *)kernels[function], call,
                                                                          in + n * in_bytes, out + n * out_bytes);
        }
    } else if (kind == 3) {
        (backwards ? ef_tiles_run_backwards : ef_tiles_run)((ef_tiles_kernel *)kernels[function], call, call->inputs[0],
                                                            call->outputs[0]);
    } else {
        (backwards ? ef_pixels_run_backwards : ef_pixels_run)((ef_pixels_kernel *)kernels[function], call,
                                                              call->inputs[0], call->outputs[0]);
    }
}

int main(void) {
    for (;;) {
        uint32_t function;
        if (fread(&function, 1, sizeof function, stdin) != sizeof function) break;
        const uint32_t kind = number(), backwards = number(), out_bytes = number(), scratch_bytes = number();
        const uint32_t record_bytes = number(), count = number();
        const void *inputs[8] = {NULL};
        void *record = block(record_bytes);
        get(record, record_bytes);
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t bytes = number();
            if (bytes == 0) continue;
            void *content = block(bytes);
            get(content, bytes);
            inputs[i] = content;
        }
        uint8_t *out = guarded(out_bytes), *scratch = guarded(scratch_bytes);
        void *outputs[] = {out};
        const struct ef_call call = {record, scratch, inputs, outputs};
        run(function, kind, backwards, &call);
        check(out - GUARD, out_bytes);
        check(scratch - GUARD, scratch_bytes);
        fwrite(out, 1, out_bytes, stdout);
        free(out - GUARD);
        free(scratch - GUARD);
        free(record);
        for (uint32_t i = 0; i < count; i++) free((void *)(uintptr_t)inputs[i]);
    }
    return fflush(stdout) == 0 ? 0 : 6;
}
