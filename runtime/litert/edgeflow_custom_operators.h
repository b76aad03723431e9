/* Custom operators for LiteRT on a device with an operating system: what a library for `--custom-ops` is made of.
 *
 * A library is one shared object that exports the table `edgeflow_custom_operators`. It is compiled for the device:
 *
 *     gcc -shared -fPIC -O2 -I "$(python -c 'import edgeflow; print(edgeflow.include_dir().parent)')/litert" \
 *         -o libmine.so mine.c -lm
 *
 * The types and functions below are the part of LiteRT's C interface that a kernel needs, as ai-edge-litert 2.3 has it
 * (litert/c: litert_custom_op_kernel.h, litert_layout.h, litert_tensor_buffer.h); its package carries no headers. The
 * functions are in LiteRT's own library, which is loaded first: link with nothing. */
#ifndef EDGEFLOW_CUSTOM_OPERATORS_H
#define EDGEFLOW_CUSTOM_OPERATORS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int LiteRtStatus;           /* 0 is success; any other value makes the run fail, see `failed` below */
typedef void *LiteRtTensorBuffer;   /* one input or output while a kernel runs */

#define LITERT_LOCK_READ 0
#define LITERT_LOCK_WRITE 1
#define LITERT_MAX_RANK 8

/* A shape: `dimensions[0]` to `dimensions[rank - 1]`. */
typedef struct {
    unsigned int rank : 7;
    unsigned int has_strides : 1;
    int32_t dimensions[LITERT_MAX_RANK];
    uint32_t strides[LITERT_MAX_RANK];
} LiteRtLayout;

/* The four functions of one operator. `user` is the table's `user`.
 * init: the operator's options as the model holds them, before anything else.
 * layouts: fill in every output's shape from the inputs' shapes.
 * run: compute. destroy: the model is closed. */
typedef struct {
    LiteRtStatus (*init)(void *user, const void *options, size_t options_bytes);
    LiteRtStatus (*layouts)(void *user, size_t input_count, const LiteRtLayout *inputs, size_t output_count,
                            LiteRtLayout *outputs);
    LiteRtStatus (*run)(void *user, size_t input_count, const LiteRtTensorBuffer *inputs, size_t output_count,
                        LiteRtTensorBuffer *outputs);
    LiteRtStatus (*destroy)(void *user);
} LiteRtCustomOpKernel;

/* Host memory of a tensor buffer; each lock needs its unlock. */
LiteRtStatus LiteRtLockTensorBuffer(LiteRtTensorBuffer buffer, void **memory, int mode);
LiteRtStatus LiteRtUnlockTensorBuffer(LiteRtTensorBuffer buffer);
LiteRtStatus LiteRtGetTensorBufferPackedSize(LiteRtTensorBuffer buffer, size_t *bytes);

/* One operator of the library: the name and version that the model has, its functions, what they are called with.
 *
 * `failed`, which may be NULL, points at a number that the kernel sets when one of its functions fails: LiteRT 2.3
 * drops the status that a kernel returns. It is read after every run and reset by whoever reads it. */
struct edgeflow_custom_operator {
    const char *name;
    int version;
    const LiteRtCustomOpKernel *kernel;
    void *user;
    volatile int *failed;
};

/* Ends with an entry whose name is NULL. */
extern const struct edgeflow_custom_operator edgeflow_custom_operators[];

#ifdef __cplusplus
}
#endif
#endif
