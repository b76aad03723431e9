/* Inputs and outputs by position and by name. With a signature its order and names hold, else the subgraph's. Refuses
 * signatures that name tensors which are no inputs or outputs of their subgraph. */
#include <string.h>

#include "ef_graph.h"
#include "ef_schema.h"

/* The list of one side: the signature's tensor maps, or the subgraph's indices. */
static uint32_t side_of(const struct ef_interpreter *interpreter, int output) {
    if (interpreter->signature == 0u) return output ? interpreter->graph_outputs : interpreter->graph_inputs;
    return ef_flatbuffer_vector(interpreter->model, interpreter->signature,
                                output ? EF_SIGNATURE_OUTPUTS : EF_SIGNATURE_INPUTS, 4u);
}

static uint32_t count_of(const struct ef_interpreter *interpreter, int output) {
    return ef_flatbuffer_count(interpreter->model, side_of(interpreter, output));
}

/* Tensor of entry `i`, which is below the count. */
static uint32_t index_of(const struct ef_interpreter *interpreter, int output, uint32_t i) {
    const uint32_t side = side_of(interpreter, output);
    if (interpreter->signature == 0u) return (uint32_t)ef_flatbuffer_i32_at(interpreter->model, side, i);
    const uint32_t map = ef_flatbuffer_element(interpreter->model, side, i);
    return ef_flatbuffer_u32(interpreter->model, map, EF_SIGNATURE_TENSOR_INDEX, 0u);
}

static struct ef_text name_of(const struct ef_interpreter *interpreter, int output, uint32_t i) {
    const struct ef_text none = {NULL, 0u};
    const struct ef_model *model = interpreter->model;
    if (!interpreter->prepared || i >= count_of(interpreter, output)) return none;
    if (interpreter->signature != 0u) {
        const uint32_t map = ef_flatbuffer_element(model, side_of(interpreter, output), i);
        return ef_flatbuffer_text(model, map, EF_SIGNATURE_TENSOR_NAME);
    }
    const uint32_t tensor = ef_flatbuffer_element(model, interpreter->tensors, index_of(interpreter, output, i));
    return ef_flatbuffer_text(model, tensor, EF_TENSOR_NAME);
}

static int32_t find(const struct ef_interpreter *interpreter, int output, const char *name, size_t name_bytes) {
    const uint32_t count = interpreter->prepared ? count_of(interpreter, output) : 0u;
    for (uint32_t i = 0; i < count; ++i) {
        const struct ef_text found = name_of(interpreter, output, i);
        if (found.text != NULL && found.bytes == name_bytes && memcmp(found.text, name, name_bytes) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}

static enum ef_status tensor_of(const struct ef_interpreter *interpreter, int output, uint32_t i,
                                struct ef_tensor *tensor) {
    if (!interpreter->prepared) return EF_BAD_STATE;
    if (i >= count_of(interpreter, output)) return EF_NOT_FOUND;
    return ef_interpreter_tensor(interpreter, index_of(interpreter, output, i), tensor);
}

/* Is `index` among the subgraph's inputs or outputs? */
static int listed(const struct ef_interpreter *interpreter, int output, uint32_t index) {
    const uint32_t list = output ? interpreter->graph_outputs : interpreter->graph_inputs;
    const uint32_t count = ef_flatbuffer_count(interpreter->model, list);
    for (uint32_t i = 0; i < count; ++i) {
        if ((uint32_t)ef_flatbuffer_i32_at(interpreter->model, list, i) == index) return 1;
    }
    return 0;
}

enum ef_status ef_signature_check(const struct ef_interpreter *interpreter, struct ef_error *error) {
    for (int output = 0; output < 2; ++output) {
        const uint32_t side = side_of(interpreter, output);
        if (side == EF_DAMAGED) {
            return ef_error_set(error, EF_BAD_MODEL, -1, -1, EF_TEXT("the signature is damaged"), 0, 0);
        }
        const uint32_t count = ef_flatbuffer_count(interpreter->model, side);
        for (uint32_t i = 0; i < count; ++i) {
            const int damaged = ef_flatbuffer_element(interpreter->model, side, i) == EF_DAMAGED;
            if (damaged || !listed(interpreter, output, index_of(interpreter, output, i))) {
                return ef_error_set(error, EF_BAD_MODEL, -1, -1,
                                    output ? EF_TEXT("output # of the signature is none of its subgraph")
                                           : EF_TEXT("input # of the signature is none of its subgraph"),
                                    (int32_t)(i & INT32_MAX), 0);
            }
        }
    }
    return EF_OK;
}

uint32_t ef_interpreter_input_count(const struct ef_interpreter *interpreter) {
    return interpreter->prepared ? count_of(interpreter, 0) : 0u;
}

uint32_t ef_interpreter_output_count(const struct ef_interpreter *interpreter) {
    return interpreter->prepared ? count_of(interpreter, 1) : 0u;
}

enum ef_status ef_interpreter_input(const struct ef_interpreter *interpreter, uint32_t i, struct ef_tensor *tensor) {
    return tensor_of(interpreter, 0, i, tensor);
}

enum ef_status ef_interpreter_output(const struct ef_interpreter *interpreter, uint32_t i, struct ef_tensor *tensor) {
    return tensor_of(interpreter, 1, i, tensor);
}

struct ef_text ef_interpreter_input_name(const struct ef_interpreter *interpreter, uint32_t i) {
    return name_of(interpreter, 0, i);
}

struct ef_text ef_interpreter_output_name(const struct ef_interpreter *interpreter, uint32_t i) {
    return name_of(interpreter, 1, i);
}

int32_t ef_interpreter_find_input(const struct ef_interpreter *interpreter, const char *name, size_t name_bytes) {
    return find(interpreter, 0, name, name_bytes);
}

int32_t ef_interpreter_find_output(const struct ef_interpreter *interpreter, const char *name, size_t name_bytes) {
    return find(interpreter, 1, name, name_bytes);
}
