/* A library with one custom operator, "Cosh": the hyperbolic cosine of each float32 value.
 *
 *     gcc -shared -fPIC -O2 -I runtime/litert -o libcosh.so docs/examples/cosh.c -lm
 */
#include "edgeflow_custom_operators.h"

#include <math.h>

static int failed;

static LiteRtStatus init(void *user, const void *options, size_t options_bytes) {
    (void)user, (void)options, (void)options_bytes; /* Cosh has no options */
    return 0;
}

static LiteRtStatus layouts(void *user, size_t input_count, const LiteRtLayout *inputs, size_t output_count,
                            LiteRtLayout *outputs) {
    (void)user;
    if (input_count != 1 || output_count != 1) {
        return failed = 1;
    }
    outputs[0] = inputs[0];
    return 0;
}

static LiteRtStatus run(void *user, size_t input_count, const LiteRtTensorBuffer *inputs, size_t output_count,
                        LiteRtTensorBuffer *outputs) {
    void *from = NULL, *to = NULL;
    size_t bytes = 0, room = 0;
    (void)user, (void)input_count, (void)output_count;
    if (LiteRtGetTensorBufferPackedSize(inputs[0], &bytes) || LiteRtGetTensorBufferPackedSize(outputs[0], &room) ||
        room != bytes || LiteRtLockTensorBuffer(inputs[0], &from, LITERT_LOCK_READ)) {
        return failed = 2;
    }
    if (LiteRtLockTensorBuffer(outputs[0], &to, LITERT_LOCK_WRITE)) {
        (void)LiteRtUnlockTensorBuffer(inputs[0]);
        return failed = 2;
    }
    for (size_t i = 0; i < bytes / sizeof(float); i++) {
        ((float *)to)[i] = coshf(((const float *)from)[i]);
    }
    (void)LiteRtUnlockTensorBuffer(outputs[0]);
    (void)LiteRtUnlockTensorBuffer(inputs[0]);
    return 0;
}

static LiteRtStatus destroy(void *user) {
    (void)user;
    return 0;
}

static const LiteRtCustomOpKernel kernel = {init, layouts, run, destroy};

const struct edgeflow_custom_operator edgeflow_custom_operators[] = {
    {"Cosh", 1, &kernel, NULL, &failed},
    {NULL, 0, NULL, NULL, NULL},
};
