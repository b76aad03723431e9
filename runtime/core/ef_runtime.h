/* edgeflow's interpreter for .tflite models: the public interface. Everything lives in memory that the caller gives;
 * there is no heap, no global state, no recursion, and any number of models and interpreters can exist side by side.
 *
 *     struct ef_model model;
 *     struct ef_interpreter interpreter;
 *     struct ef_error error;
 *     struct ef_options options = EF_OPTIONS_DEFAULT;
 *     if (ef_model_init(&model, bytes, size, &error) != EF_OK) ...
 *     if (ef_interpreter_prepare(&interpreter, &model, arena, arena_bytes, &options, &error) != EF_OK) ...
 *     struct ef_tensor in, out;
 *     ef_interpreter_input(&interpreter, 0, &in);    fill in.data, in.bytes bytes
 *     ef_interpreter_invoke(&interpreter, NULL);
 *     ef_interpreter_output(&interpreter, 0, &out);  read out.data
 *
 * Trust: model bytes may be hostile; ef_model_init() and ef_interpreter_prepare() check every offset, length, index,
 * shape and parameter and give a status with a reason. The bytes must not change while the model is in use. Operators
 * that the caller adds are trusted. Bytes written to inputs may have any value.
 */
#ifndef EF_RUNTIME_H
#define EF_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include "ef_config.h"
#include "ef_error.h"
#include "ef_kernel.h"
#include "ef_operators.h"
#include "ef_status.h"
#include "ef_tensor.h"

#define EF_RUNTIME_VERSION "0.1.0"

/* ---- models --------------------------------------------------------------------------------------------------- */

/* A checked .tflite. The fields are the runtime's. */
struct ef_model {
    const uint8_t *bytes;
    uint32_t size;
    uint32_t operator_codes; /* positions of vectors, 0 when absent */
    uint32_t subgraphs;
    uint32_t buffers;
    uint32_t signatures;
};

/* A text inside the model: not terminated; `text` is NULL when there is none. */
struct ef_text {
    const char *text;
    uint32_t bytes;
};

/* Check `size` bytes at `bytes` and make a view of them; nothing is copied. `bytes` should be aligned to 16 (at least to
 * 4, or constants are refused when the model is prepared). EF_BAD_MODEL when it is damaged or not a .tflite. */
enum ef_status ef_model_init(struct ef_model *model, const void *bytes, size_t size, struct ef_error *error);

uint32_t ef_model_subgraph_count(const struct ef_model *model);
uint32_t ef_model_signature_count(const struct ef_model *model);

/* Key of signature `i` < ef_model_signature_count(). */
struct ef_text ef_model_signature_key(const struct ef_model *model, uint32_t i);

/* Index of the signature with this key, or -1. */
int32_t ef_model_find_signature(const struct ef_model *model, const char *key, size_t key_bytes);

/* ---- interpreters --------------------------------------------------------------------------------------------- */

struct ef_options {
    const struct ef_kernel *const *kernels; /* ends in NULL; first match wins. ef_kernels_all, or the caller's own list,
                                               so that only those kernels are linked */
    const struct ef_kernel *const *custom;  /* further kernels, asked first, ends in NULL; or NULL */
    int32_t signature;       /* index, or -1: no signature, subgraph `subgraph` with its own order of tensors */
    int32_t subgraph;        /* used when signature is -1 */
    uint8_t preserve_inputs; /* 1: inputs keep their bytes through invoke (costs arena). 0: invoke may write over them,
                                so they must be filled before each */
};

#define EF_OPTIONS_DEFAULT { ef_kernels_all, NULL, -1, 0, 0 }

/* Bytes of arena, after prepare. Also filled when prepare refuses with EF_ARENA_TOO_SMALL, unless `at_least` is set:
 * then the arena was too small even to find out, and `needed` is a lower bound. */
struct ef_memory {
    uint32_t planned;    /* activations and scratch, overlaid: the memory plan's peak */
    uint32_t persistent; /* tables, records and variable tensors: live as long as the interpreter */
    uint32_t variables;  /* the part of `persistent` that variable tensors are */
    uint32_t scratch;    /* largest scratch of one operator (a part of `planned`) */
    uint32_t needed;     /* arena that is enough: persistent + planned, plus what this arena loses to alignment */
    uint8_t at_least;
};

/* One prepared subgraph. Position, size and life are the caller's; the fields are the runtime's. */
struct ef_interpreter {
    const struct ef_model *model;
    const struct ef_kernel *const *kernels;
    const struct ef_kernel *const *custom;
    uint8_t *arena;          /* aligned start: persistent part first */
    uint8_t *planned;        /* start of the planned part */
    struct ef_memory memory;
    uint32_t subgraph;       /* index */
    uint32_t tensors;        /* positions in the model */
    uint32_t operators;
    uint32_t graph_inputs;
    uint32_t graph_outputs;
    uint32_t signature;      /* position of the signature's table, 0: none */
    uint32_t operator_count;
    uint32_t tensor_count;
    uint32_t nodes;          /* offsets in the persistent part */
    uint32_t places;
    uint8_t prepared;
};

/* Choose kernels, check every operator, plan the memory, fill the records. `arena` needs no alignment and must outlive
 * the interpreter. It refuses with a status and says in `error` which operator and tensor, and which limit. */
enum ef_status ef_interpreter_prepare(struct ef_interpreter *interpreter, const struct ef_model *model, void *arena,
                                      size_t arena_bytes, const struct ef_options *options, struct ef_error *error);

/* Memory figures; see struct ef_memory. */
const struct ef_memory *ef_interpreter_memory(const struct ef_interpreter *interpreter);

/* Inputs and outputs in the signature's order (by name as the model stores it), else in the subgraph's. */
uint32_t ef_interpreter_input_count(const struct ef_interpreter *interpreter);
uint32_t ef_interpreter_output_count(const struct ef_interpreter *interpreter);

/* EF_NOT_FOUND when there is no such tensor. `data` is where to write or read it. */
enum ef_status ef_interpreter_input(const struct ef_interpreter *interpreter, uint32_t i, struct ef_tensor *tensor);
enum ef_status ef_interpreter_output(const struct ef_interpreter *interpreter, uint32_t i, struct ef_tensor *tensor);

/* The name in the signature; without a signature the tensor's own. */
struct ef_text ef_interpreter_input_name(const struct ef_interpreter *interpreter, uint32_t i);
struct ef_text ef_interpreter_output_name(const struct ef_interpreter *interpreter, uint32_t i);

/* Index of the input or output with this name, or -1. */
int32_t ef_interpreter_find_input(const struct ef_interpreter *interpreter, const char *name, size_t name_bytes);
int32_t ef_interpreter_find_output(const struct ef_interpreter *interpreter, const char *name, size_t name_bytes);

/* Any tensor of the subgraph, by its index. Between invokes only inputs, outputs, variables and constants have
 * meaningful bytes; `data` is NULL for a tensor of which the plan keeps a few rows only. */
enum ef_status ef_interpreter_tensor(const struct ef_interpreter *interpreter, uint32_t index,
                                     struct ef_tensor *tensor);

/* Called before each operator (those that a plan runs together run with the first of them), and once more after the last with operator_index = the number of operators. What it
 * returns other than EF_OK ends the invoke with that status (EF_CANCELLED by custom). */
struct ef_hook {
    enum ef_status (*before_operator)(void *user, uint32_t operator_index);
    void *user;
};

/* Run once. Only a hook can make it fail, or an interpreter that is not prepared (EF_BAD_STATE). */
enum ef_status ef_interpreter_invoke(struct ef_interpreter *interpreter, const struct ef_hook *hook);

/* Set variable tensors to zero (the real value). prepare has done it once. */
void ef_interpreter_reset_variables(struct ef_interpreter *interpreter);

/* What runs operator `i`. */
struct ef_operator_info {
    uint16_t code;      /* BuiltinOperator */
    const char *kernel; /* its name: "conv_2d_s8" */
};
uint32_t ef_interpreter_operator_count(const struct ef_interpreter *interpreter);
enum ef_status ef_interpreter_operator(const struct ef_interpreter *interpreter, uint32_t i,
                                       struct ef_operator_info *info);

#endif /* EF_RUNTIME_H */
