/* One subgraph's tensors and operators, read from the file and checked. Internal to core. */
#ifndef EF_GRAPH_H
#define EF_GRAPH_H

#include "ef_flatbuffer.h"
#include "ef_kernel.h"
#include "ef_runtime.h"

#define EF_MOST_TENSORS 32767u
#define EF_MOST_OPERATORS 32767u

/* Where a tensor's bytes are, per tensor, in the persistent part. */
#define EF_PLACE_UNSEEN UINT32_MAX       /* nothing uses it */
#define EF_PLACE_CONSTANT UINT32_C(0x80000000) /* the rest is a position in the model */
/* all others: bytes from the start of the arena */

/* What an operator needs at run time, in the persistent part; 12 bytes. */
struct ef_node {
    uint32_t record;  /* bytes from the start of the arena */
    uint32_t scratch; /* likewise; EF_PLACE_UNSEEN: none */
    uint16_t kernel;  /* index in the list of kernels; EF_NODE_CUSTOM: in that of custom kernels */
    uint16_t flags;   /* EF_NODE_BACKWARDS..., and rows that are kept of the output << EF_NODE_ROWS where these are fewer */
};

#define EF_NODE_CUSTOM 0x8000u
#define EF_NODE_BACKWARDS 1u /* rows are made last to first */
#define EF_NODE_TOGETHER 2u  /* it runs by rows with the operators beside it: a segment, see ef_segment.h */
#define EF_NODE_FIRST 4u     /* the first one of a segment */
#define EF_NODE_TAKES 8u     /* the last one of a segment, which takes rows and makes one */
#define EF_NODE_ROWS 4u

/* Find the subgraph and its lists, and check the signature. */
enum ef_status ef_graph_open(struct ef_interpreter *interpreter, const struct ef_options *options,
                             struct ef_error *error);

/* Read and check tensor `index`, which is below the count. `data` is set for constants only. */
enum ef_status ef_graph_tensor(const struct ef_interpreter *interpreter, int32_t operator_index, uint32_t index,
                               struct ef_tensor *tensor, struct ef_error *error);

/* Read operator `i`: its operands' indices are checked, its options found. */
enum ef_status ef_graph_operator(const struct ef_interpreter *interpreter, uint32_t i, struct ef_context *context,
                                 struct ef_error *error);

/* Operand lists only, of an operator that ef_graph_operator() has taken: what running it needs. */
void ef_graph_operands(const struct ef_interpreter *interpreter, uint32_t i, struct ef_context *context);

/* Builtin code, version and custom name (NULL: none) of operator `i`, which ef_graph_operator() has taken. */
struct ef_code {
    uint32_t code;
    uint32_t version;
    struct ef_text name;
};
struct ef_code ef_graph_code(const struct ef_interpreter *interpreter, uint32_t i);

/* Index of the operator's i-th input or output tensor; -1: absent. */
static inline int32_t ef_context_input(const struct ef_context *context, uint32_t i) {
    return i < context->input_count ? ef_flatbuffer_i32_at(context->interpreter->model, context->inputs, i) : -1;
}
static inline int32_t ef_context_output(const struct ef_context *context, uint32_t i) {
    return i < context->output_count ? ef_flatbuffer_i32_at(context->interpreter->model, context->outputs, i) : -1;
}

/* Find the first kernel for the operator and let it prepare; its index goes to `*kernel`. */
enum ef_status ef_limits_choose(struct ef_context *context, uint16_t *kernel);

/* The signature names inputs and outputs of its subgraph. */
enum ef_status ef_signature_check(const struct ef_interpreter *interpreter, struct ef_error *error);

/* Where a tensor's bytes are; NULL when nothing uses it. */
void *ef_graph_data(const struct ef_interpreter *interpreter, uint32_t index);

static inline struct ef_node *ef_graph_node(const struct ef_interpreter *interpreter, uint32_t i) {
    return (struct ef_node *)(void *)(interpreter->arena + interpreter->nodes) + i;
}

/* What operator `i` is called with, its operands whole. `inputs` has EF_MAX_INPUTS, `outputs` EF_MAX_OUTPUTS. */
void ef_graph_call(const struct ef_interpreter *interpreter, uint32_t i, struct ef_call *call, const void **inputs,
                   void **outputs);

/* The kernel that a node names. */
const struct ef_kernel *ef_graph_kernel(const struct ef_interpreter *interpreter, const struct ef_node *node);

#endif /* EF_GRAPH_H */
