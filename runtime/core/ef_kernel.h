/* The contract between the interpreter and a kernel. Include it to write a kernel; nothing else of the runtime is
 * needed beside ef_requantize.h and ef_window.h.
 *
 * How a kernel comes to be: one entry in runtime/operators.toml, from which ef_operators.h declares its functions and
 * ef_operators.c builds `const struct ef_kernel ef_kernel_<name>`; one file ef_<name>.c with the functions; one test.
 *
 *   enum ef_status ef_<name>_prepare(struct ef_context *context);
 *   void ef_<name>_invoke(const struct ef_call *call);                                          most operators
 *   void ef_<name>_row(const struct ef_call *call, const struct ef_rows *rows, void *out_row);  window operators
 *
 * What has been checked before prepare is called, from the entry in operators.toml: operator version; number of inputs
 * and outputs; types; ranks; that operands which must be constant are; that quantized operands have finite scales > 0,
 * zero points within their type, and one scale or (where allowed) one a slice of the stated dimension with zero points
 * 0; type of the options table; every size > 0, every tensor < 2^31 bytes; that constants have all their bytes and are
 * aligned to min(element size, 4); that inputs were written before.
 *
 * What prepare does: check what is left (shapes among each other, strides, axes, options) and refuse with
 * ef_refuse(); or return EF_DECLINED when this kernel is not for this case and the next one of the same operator may
 * be (tuned kernels decline, plain ones refuse); then ask for memory:
 *
 *   ef_need_scratch(context, bytes)   memory during invoke only, inside the memory plan, aligned to 16
 *   record = ef_need_record(context, bytes)   at most once, after every check; see below
 *   if (!record) return EF_OK;        sizes are being taken; fill it when it is given
 *
 * In place: `in_place` in operators.toml names inputs that output 0 may lie exactly over (same address). The plan does so
 * where that input dies here and has as many elements as the output (so never for a broadcast one); the kernel must
 * then work with output == input, also where element sizes differ (quantize upwards, dequantize downwards).
 *
 * prepare runs several times and must state the same figures each time, whatever memory it is given. It must not read
 * `data` of a tensor that is not constant.
 *
 * The record is what invoke needs to know, and all it gets to know: geometry, zero points, clamps, requantization
 * multipliers. It has fixed-size fields (int32_t, uint32_t, uint16_t, int8_t..., float; no pointers, nothing of 64
 * bits), is aligned to 4, and ends in its per-channel arrays. So its bytes are the same on every little-endian
 * machine: the host can state a board's arena exactly, and an ahead-of-time build can keep the record in flash. Record
 * and scratch sizes are also stated as formulas in operators.toml, and tested against prepare. Keep records small.
 *
 * invoke cannot fail: whatever could go wrong is refused in prepare. It reads inputs in any order, writes every byte of
 * its outputs, and keeps no state beside variable tensors.
 */
#ifndef EF_KERNEL_H
#define EF_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "ef_config.h"
#include "ef_error.h"
#include "ef_load.h"
#include "ef_tensor.h"

/* A prepare may also return this: not a status for callers, but "try the operator's next kernel". */
#define EF_DECLINED ((enum ef_status)0x7f)

/* TFLite's ActivationFunctionType. */
enum ef_activation {
    EF_ACTIVATION_NONE = 0,
    EF_ACTIVATION_RELU = 1,
    EF_ACTIVATION_RELU_N1_TO_1 = 2,
    EF_ACTIVATION_RELU6 = 3,
    EF_ACTIVATION_TANH = 4,
    EF_ACTIVATION_SIGN_BIT = 5
};

/* TFLite's Padding. */
enum ef_padding { EF_PADDING_SAME = 0, EF_PADDING_VALID = 1 };

struct ef_interpreter;
struct ef_model;
struct ef_kernel;

/* One operator being prepared. Use the functions below; the fields are the interpreter's. */
struct ef_context {
    const struct ef_interpreter *interpreter;
    const struct ef_kernel *kernel;
    struct ef_error *error;
    int32_t operator_index;
    uint32_t options;        /* position of the options table in the model, 0 when absent */
    uint32_t custom_options; /* position of a custom operator's bytes, 0 when absent */
    uint32_t custom_options_bytes;
    uint32_t inputs;  /* position of the first input index */
    uint32_t outputs; /* position of the first output index */
    uint16_t input_count;
    uint16_t output_count;
    uint32_t scratch_bytes;
    uint32_t record_bytes;
    uint32_t record_room;
    uint32_t forwards, backwards; /* window operators: see ef_window_prepare(); else EF_APART */
    void *record; /* NULL while sizes are being taken */
};

#define EF_APART UINT32_MAX

/* What invoke gets. The pointers hold for this call only. */
struct ef_call {
    const void *record;         /* as prepare filled it; NULL when it asked for none */
    void *scratch;              /* NULL when it asked for none */
    const void *const *inputs;  /* one for each of the operator's inputs; NULL for an absent one */
    void *const *outputs;       /* one for each output; a variable tensor among the inputs may be written too: cast */
};

/* The rows that one output row of a window operator reads: see ef_window.h. */
struct ef_rows;

/* Limits of one operand, from operators.toml. */
struct ef_operand {
    uint32_t types; /* bit t: enum ef_type t is taken */
    uint8_t rank_min;
    uint8_t rank_max;
    uint8_t flags; /* EF_OPERAND_... */
    uint8_t axis;  /* EF_OPERAND_PER_AXIS: the quantized_dimension a per-axis operand must have; 255: any */
};

enum {
    EF_OPERAND_OPTIONAL = 1,  /* may be absent (-1, or beyond the end of the list) */
    EF_OPERAND_CONSTANT = 2,  /* must be a constant */
    EF_OPERAND_QUANTIZED = 4, /* must have scale and zero point */
    EF_OPERAND_PER_AXIS = 8,  /* may have one scale a slice along `axis` */
    EF_OPERAND_SYMMETRIC = 16, /* zero points must be 0 */
    EF_OPERAND_REPEATED = 32, /* the last entry: holds for all further operands as well */
    EF_OPERAND_VARIABLE = 64, /* must be a variable tensor; the kernel may write it */
    EF_OPERAND_SAME_TYPE = 128 /* has the type of input 0 */
};

/* One kernel of one operator. */
struct ef_kernel {
    const char *name;       /* what a profile shows: "conv_2d_s8" */
    const char *custom;     /* name of a custom operator, else NULL */
    uint16_t code;          /* TFLite's BuiltinOperator; EF_CODE_CUSTOM with `custom` */
    uint8_t version_min;
    uint8_t version_max;
    uint8_t options;        /* TFLite's BuiltinOptions, 0: none wanted */
    uint8_t input_count;    /* entries in `inputs` */
    uint8_t output_count;   /* entries in `outputs` */
    uint8_t in_place;       /* bit i < 7: output 0 may lie over input i; and EF_KERNEL_ELEMENTS */
    const struct ef_operand *inputs;
    const struct ef_operand *outputs;
    enum ef_status (*prepare)(struct ef_context *context);
    void (*invoke)(const struct ef_call *call); /* NULL where `row` is given */
    void (*row)(const struct ef_call *call, const struct ef_rows *rows, void *out_row); /* see ef_window.h */
#if EF_WITH_STREAMING
    int (*take)(const struct ef_call *call, uint32_t y, uint32_t rows); /* or NULL; see ef_stream.h */
#endif
};

/* Of `in_place`: the kernel does the same with every element of its inputs, which are of one byte and as many as those of
 * the output; its record begins with their number (uint32_t). A plan may call it for one row at a time. */
#define EF_KERNEL_ELEMENTS 0x80u

#define EF_CODE_CUSTOM 32u

/* ---- for prepare ---------------------------------------------------------------------------------------------- */

/* View of input `i`; false when it is absent (nothing is written then). */
int ef_input(const struct ef_context *context, uint32_t i, struct ef_tensor *tensor);

/* View of output `i`, which must be < context->output_count. */
void ef_output(const struct ef_context *context, uint32_t i, struct ef_tensor *tensor);

/* Scale and zero point of the operator's intermediate tensor `i`, which has no bytes; false when it is absent or not
 * quantized (nothing of use is written then). Only these fields of `tensor` are filled, and its index and type. */
int ef_intermediate(const struct ef_context *context, uint32_t i, struct ef_tensor *tensor);

/* Field `id` of the options table (its place in TFLite's schema, counted from 0), or `otherwise` when the table or the
 * field is absent. */
int32_t ef_option_i32(const struct ef_context *context, uint32_t id, int32_t otherwise);
int32_t ef_option_i8(const struct ef_context *context, uint32_t id, int32_t otherwise); /* enumerations and bools */
float ef_option_f32(const struct ef_context *context, uint32_t id, float otherwise);

/* Field `id` as a vector of int32: number of entries (0 when absent), the little-endian entries at `*entries`. */
uint32_t ef_option_i32s(const struct ef_context *context, uint32_t id, const uint8_t **entries);

/* Bytes of a custom operator's options, or NULL. */
const uint8_t *ef_custom_options(const struct ef_context *context, uint32_t *bytes);

/* Refuse: fills the error and returns `status`. `operand` is the input it is about, counted from 0, ~o for output o
 * (EF_OUTPUT(o)), or EF_NO_OPERAND. Each '#' in `text` becomes the next of `a`, `b`. Wrap text in EF_TEXT(). */
enum ef_status ef_refuse(struct ef_context *context, enum ef_status status, int32_t operand, const char *text,
                         int32_t a, int32_t b);
#define EF_OUTPUT(o) (-1 - (int32_t)(o))
#define EF_NO_OPERAND INT32_MAX

/* Bytes of scratch during invoke; the last call counts. */
void ef_need_scratch(struct ef_context *context, uint32_t bytes);

/* Room for the record: NULL while sizes are being taken. */
void *ef_need_record(struct ef_context *context, uint32_t bytes);

/* ---- checks that many operators share; each refuses by itself, so `return` what is not EF_OK -------------------- */

/* The two tensors have the same rank and sizes. Operands as in ef_refuse(). */
enum ef_status ef_check_same_shape(struct ef_context *context, int32_t operand, const struct ef_tensor *a,
                                   const struct ef_tensor *b);

/* The two tensors have the same scale and zero point (pooling, reshaping). */
enum ef_status ef_check_same_quantization(struct ef_context *context, int32_t operand, const struct ef_tensor *a,
                                          const struct ef_tensor *b);

#endif /* EF_KERNEL_H */
