/* The first pass of preparing: kernels, sizes and lifetimes of everything, as items for the planner. Internal to core. */
#ifndef EF_MEASURE_H
#define EF_MEASURE_H

#include "ef_graph.h"
#include "ef_plan.h"

#define EF_PLACE_VARIABLE UINT32_C(0x7fffffff) /* a place while measuring: a variable tensor */
#define EF_LARGEST_SUM UINT32_C(0x7fff0000)

struct ef_measure {
    struct ef_interpreter *interpreter;
    struct ef_error *error;
    struct ef_node *nodes;
    uint32_t *places;           /* per tensor: index of its item, or a mark */
    struct ef_plan_item *items;
    uint32_t item_count;
    uint32_t item_room;
    uint64_t records;           /* bytes */
    uint64_t variables;         /* bytes */
    uint64_t widest;            /* most bytes that one operator touches: a bound when starved */
    uint32_t scratch;           /* largest */
    const uint8_t *given;       /* the part of the model's EDGEFLOW_PLAN that is for this subgraph, or NULL */
    uint8_t preserve_inputs;
    uint8_t starved;            /* the arena does not even hold the work space */
};

static inline uint32_t ef_round_up(uint32_t bytes) { return (bytes + (EF_ALIGNMENT - 1u)) & ~(EF_ALIGNMENT - 1u); }

/* The step in which an operator runs; inputs of the subgraph live from step 0. */
static inline uint32_t ef_step_of(uint32_t operator_index) { return operator_index + 1u; }

/* Find what of the model's EDGEFLOW_PLAN is for this subgraph, for `given`, and make its segments. Nothing is found when
 * the model has none, or inputs are to be preserved. EF_BAD_MODEL when it is damaged. */
enum ef_status ef_interpreter_plan_find(struct ef_measure *plan);

/* Take the places from `given`, for items that are measured: `*peak` becomes the bytes they need. EF_BAD_MODEL when it
 * does not hold. */
enum ef_status ef_interpreter_plan_take(struct ef_measure *plan, uint32_t *peak);

/* A new item that lives in one step, or EF_PLACE_UNSEEN when there is no room: `starved` is set then. */
uint32_t ef_measure_item(struct ef_measure *plan, uint32_t bytes, uint32_t step, uint32_t key);

/* Fill `plan`, whose pointers and rooms are set. */
enum ef_status ef_measure(struct ef_measure *plan);

#endif /* EF_MEASURE_H */
