/* Reads one subgraph. Refuses indices out of range, sizes < 1, tensors of 2^31 bytes or more, constants that lack bytes
 * or alignment, sparse tensors, operators with too many operands and tables that leave the file. */
#include <string.h>

#include "ef_graph.h"
#include "ef_schema.h"

uint32_t ef_type_bytes(uint8_t type) {
    switch (type) {
        case EF_TYPE_INT8:
        case EF_TYPE_UINT8:
        case EF_TYPE_BOOL: return 1u;
        case EF_TYPE_INT16:
        case EF_TYPE_UINT16:
        case EF_TYPE_FLOAT16: return 2u;
        case EF_TYPE_FLOAT32:
        case EF_TYPE_INT32:
        case EF_TYPE_UINT32: return 4u;
        case EF_TYPE_INT64:
        case EF_TYPE_UINT64:
        case EF_TYPE_FLOAT64:
        case EF_TYPE_COMPLEX64: return 8u;
        case EF_TYPE_COMPLEX128: return 16u;
        default: return 0u;
    }
}

static enum ef_status bad(struct ef_error *error, const char *text, int32_t a, int32_t b) {
    return ef_error_set(error, EF_BAD_MODEL, -1, -1, text, a, b);
}

/* Every entry of a list of tensors is one of the subgraph's. */
static int indices_hold(const struct ef_interpreter *interpreter, uint32_t vector) {
    const uint32_t count = ef_flatbuffer_count(interpreter->model, vector);
    for (uint32_t i = 0; i < count; ++i) {
        const int32_t index = ef_flatbuffer_i32_at(interpreter->model, vector, i);
        if (index < 0 || (uint32_t)index >= interpreter->tensor_count) return 0;
    }
    return 1;
}

enum ef_status ef_graph_open(struct ef_interpreter *interpreter, const struct ef_options *options,
                             struct ef_error *error) {
    const struct ef_model *model = interpreter->model;
    uint32_t subgraph = options->subgraph < 0 ? EF_DAMAGED : (uint32_t)options->subgraph;
    if (options->signature >= 0) {
        if ((uint32_t)options->signature >= ef_model_signature_count(model)) {
            return ef_error_set(error, EF_NOT_FOUND, -1, -1, EF_TEXT("no signature #"), options->signature, 0);
        }
        interpreter->signature = ef_flatbuffer_element(model, model->signatures, (uint32_t)options->signature);
        subgraph = ef_flatbuffer_u32(model, interpreter->signature, EF_SIGNATURE_SUBGRAPH, 0u);
    }
    if (subgraph >= ef_model_subgraph_count(model)) {
        return ef_error_set(error, options->signature >= 0 ? EF_BAD_MODEL : EF_NOT_FOUND, -1, -1,
                            EF_TEXT("no subgraph #"), (int32_t)subgraph, 0);
    }
    interpreter->subgraph = subgraph;
    const uint32_t table = ef_flatbuffer_element(model, model->subgraphs, subgraph);
    interpreter->tensors = ef_flatbuffer_vector(model, table, EF_SUBGRAPH_TENSORS, 4u);
    interpreter->operators = ef_flatbuffer_vector(model, table, EF_SUBGRAPH_OPERATORS, 4u);
    interpreter->graph_inputs = ef_flatbuffer_vector(model, table, EF_SUBGRAPH_INPUTS, 4u);
    interpreter->graph_outputs = ef_flatbuffer_vector(model, table, EF_SUBGRAPH_OUTPUTS, 4u);
    if (interpreter->tensors == EF_DAMAGED || interpreter->operators == EF_DAMAGED ||
        interpreter->graph_inputs == EF_DAMAGED || interpreter->graph_outputs == EF_DAMAGED) {
        return bad(error, EF_TEXT("a list of subgraph # is damaged"), (int32_t)subgraph, 0);
    }
    interpreter->tensor_count = ef_flatbuffer_count(model, interpreter->tensors);
    interpreter->operator_count = ef_flatbuffer_count(model, interpreter->operators);
    if (interpreter->tensor_count > EF_MOST_TENSORS || interpreter->operator_count > EF_MOST_OPERATORS) {
        return ef_error_set(error, EF_TOO_LARGE, -1, -1, EF_TEXT("# tensors or # operators are too many"),
                            (int32_t)interpreter->tensor_count, (int32_t)interpreter->operator_count);
    }
    if (!indices_hold(interpreter, interpreter->graph_inputs) ||
        !indices_hold(interpreter, interpreter->graph_outputs)) {
        return bad(error, EF_TEXT("an input or output of the subgraph is no tensor of it"), 0, 0);
    }
    return EF_OK;
}

/* Shape, element count and byte count. */
static enum ef_status read_shape(const struct ef_interpreter *interpreter, int32_t operator_index, uint32_t table,
                                 struct ef_tensor *tensor, struct ef_error *error) {
    const struct ef_model *model = interpreter->model;
    const uint32_t shape = ef_flatbuffer_vector(model, table, EF_TENSOR_SHAPE, 4u);
    const uint32_t rank = ef_flatbuffer_count(model, shape);
    if (shape == EF_DAMAGED) {
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index, EF_TEXT("its shape is damaged"), 0, 0);
    }
    if (rank > EF_MAX_RANK) {
        return ef_error_set(error, EF_UNSUPPORTED_SHAPE, operator_index, tensor->index,
                            EF_TEXT("rank # is above #"), (int32_t)rank, EF_MAX_RANK);
    }
    tensor->rank = (uint8_t)rank;
    uint64_t elements = 1;
    for (uint32_t d = 0; d < EF_MAX_RANK; ++d) {
        tensor->dims[d] = d < rank ? ef_flatbuffer_i32_at(model, shape, d) : 1;
        if (tensor->dims[d] < 1) {
            return ef_error_set(error, EF_UNSUPPORTED_SHAPE, operator_index, tensor->index,
                                EF_TEXT("size # of dimension # is not positive"), tensor->dims[d], (int32_t)d);
        }
        elements *= (uint64_t)tensor->dims[d];
        if (elements > (uint64_t)INT32_MAX) break;
    }
    const uint32_t element_bytes = ef_type_bytes(tensor->type);
    const uint64_t bytes = tensor->type == EF_TYPE_INT4 ? (elements + 1u) / 2u : elements * element_bytes;
    if (elements > (uint64_t)INT32_MAX || bytes > (uint64_t)INT32_MAX - 64u) {
        return ef_error_set(error, EF_UNSUPPORTED_SHAPE, operator_index, tensor->index,
                            EF_TEXT("it has more than # bytes"), INT32_MAX - 64, 0);
    }
    tensor->elements = (uint32_t)elements;
    tensor->bytes = (uint32_t)bytes;
    return EF_OK;
}

/* Scale and zero point. What does not hold together counts as not quantized: kernels that need it then refuse. */
static enum ef_status read_quantization(const struct ef_interpreter *interpreter, int32_t operator_index,
                                        uint32_t table, struct ef_tensor *tensor, struct ef_error *error) {
    const struct ef_model *model = interpreter->model;
    const uint32_t quantization = ef_flatbuffer_table(model, table, EF_TENSOR_QUANTIZATION);
    if (quantization == 0u) return EF_OK;
    uint32_t scales = EF_DAMAGED, zero_points = EF_DAMAGED;
    if (quantization != EF_DAMAGED) {
        scales = ef_flatbuffer_vector(model, quantization, EF_QUANTIZATION_SCALE, 4u);
        zero_points = ef_flatbuffer_vector(model, quantization, EF_QUANTIZATION_ZERO_POINT, 8u);
    }
    if (scales == EF_DAMAGED || zero_points == EF_DAMAGED) {
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index,
                            EF_TEXT("its quantization is damaged"), 0, 0);
    }
    const uint32_t count = ef_flatbuffer_count(model, scales);
    const uint32_t zero_count = ef_flatbuffer_count(model, zero_points);
    if (count == 0u || ef_flatbuffer_field(model, quantization, EF_QUANTIZATION_DETAILS, 4u) != 0u) return EF_OK;
    const uint32_t axis = ef_flatbuffer_u32(model, quantization, EF_QUANTIZATION_DIMENSION, 0u);
    if (count > 1u) {
        if (axis >= tensor->rank || count != (uint32_t)tensor->dims[axis] || count > UINT16_MAX) return EF_OK;
        if (zero_count > 0u && zero_count != count) return EF_OK;
        tensor->quantized_dimension = (uint16_t)axis;
        tensor->per_axis = 1u;
    } else if (zero_count > 0u) {
        const int64_t zero_point = ef_load_i64(model->bytes + zero_points + 4u);
        if (zero_point < INT16_MIN || zero_point > INT16_MAX) return EF_OK;
        tensor->zero_point = (int32_t)zero_point;
    }
    tensor->scale_count = (uint16_t)count;
    tensor->zero_points = zero_count == 0u ? NULL : model->bytes + zero_points + 4u;
    tensor->scales = model->bytes + scales + 4u;
    tensor->scale = ef_load_f32(tensor->scales);
    return EF_OK;
}

/* Bytes of a constant. */
static enum ef_status read_data(const struct ef_interpreter *interpreter, int32_t operator_index, uint32_t table,
                                struct ef_tensor *tensor, struct ef_error *error) {
    const struct ef_model *model = interpreter->model;
    const uint32_t index = ef_flatbuffer_u32(model, table, EF_TENSOR_BUFFER, 0u);
    if (index >= ef_flatbuffer_count(model, model->buffers)) {
        if (index == 0u) return EF_OK;
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index, EF_TEXT("buffer # does not exist"),
                            (int32_t)(index & INT32_MAX), 0);
    }
    const uint32_t buffer = ef_flatbuffer_element(model, model->buffers, index);
    const uint32_t data = ef_flatbuffer_vector(model, buffer, EF_BUFFER_DATA, 1u);
    if (data == EF_DAMAGED) {
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index,
                            EF_TEXT("its buffer leaves the file"), 0, 0);
    }
    uint64_t at = (uint64_t)data + 4u;
    uint64_t bytes = ef_flatbuffer_count(model, data);
    const uint64_t offset = ef_flatbuffer_u64(model, buffer, EF_BUFFER_OFFSET, 0u);
    if (bytes == 0u && offset > 1u) { /* stored behind the flatbuffer */
        at = offset;
        bytes = ef_flatbuffer_u64(model, buffer, EF_BUFFER_SIZE, 0u);
        if (at > model->size || bytes > model->size - at) {
            return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index,
                                EF_TEXT("its buffer leaves the file"), 0, 0);
        }
    }
    if (bytes == 0u) return EF_OK;
    if (bytes < tensor->bytes) {
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index,
                            EF_TEXT("its buffer has # bytes, its shape needs #"), (int32_t)bytes,
                            (int32_t)tensor->bytes);
    }
    const uint8_t *start = model->bytes + at;
    const uint32_t alignment = ef_type_bytes(tensor->type);
    if (alignment > 1u && ((uintptr_t)start & ((alignment > 4u ? 4u : alignment) - 1u)) != 0u) {
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index,
                            EF_TEXT("its bytes are not aligned to #; place the model on 16"),
                            (int32_t)(alignment > 4u ? 4u : alignment), 0);
    }
    tensor->data = (void *)(uintptr_t)start;
    tensor->is_constant = 1u;
    return EF_OK;
}

enum ef_status ef_graph_tensor(const struct ef_interpreter *interpreter, int32_t operator_index, uint32_t index,
                               struct ef_tensor *tensor, struct ef_error *error) {
    const struct ef_model *model = interpreter->model;
    memset(tensor, 0, sizeof *tensor);
    tensor->index = (int32_t)index;
    const uint32_t table = ef_flatbuffer_element(model, interpreter->tensors, index);
    if (table == EF_DAMAGED) {
        return ef_error_set(error, EF_BAD_MODEL, operator_index, tensor->index, EF_TEXT("the tensor is damaged"), 0,
                            0);
    }
    tensor->type = ef_flatbuffer_u8(model, table, EF_TENSOR_TYPE, EF_TYPE_FLOAT32);
    tensor->is_variable = ef_flatbuffer_u8(model, table, EF_TENSOR_IS_VARIABLE, 0u) != 0u;
    if (ef_flatbuffer_field(model, table, EF_TENSOR_SPARSITY, 4u) != 0u) {
        return ef_error_set(error, EF_UNSUPPORTED_TYPE, operator_index, tensor->index,
                            EF_TEXT("sparse tensors are not offered"), 0, 0);
    }
    enum ef_status status = read_shape(interpreter, operator_index, table, tensor, error);
    if (status == EF_OK) status = read_quantization(interpreter, operator_index, table, tensor, error);
    if (status == EF_OK && !tensor->is_variable) status = read_data(interpreter, operator_index, table, tensor, error);
    return status;
}

static enum ef_status bad_operator(uint32_t i, struct ef_error *error, const char *text, int32_t a, int32_t b) {
    return ef_error_set(error, EF_BAD_MODEL, (int32_t)i, -1, text, a, b);
}

enum ef_status ef_graph_operator(const struct ef_interpreter *interpreter, uint32_t i, struct ef_context *context,
                                 struct ef_error *error) {
    const struct ef_model *model = interpreter->model;
    memset(context, 0, sizeof *context);
    context->interpreter = interpreter;
    context->error = error;
    context->operator_index = (int32_t)i;
    const uint32_t table = ef_flatbuffer_element(model, interpreter->operators, i);
    if (table == EF_DAMAGED) return bad_operator(i, error, EF_TEXT("the operator is damaged"), 0, 0);
    const uint32_t code = ef_flatbuffer_u32(model, table, EF_NODE_CODE, 0u);
    if (code >= ef_flatbuffer_count(model, model->operator_codes)) {
        return bad_operator(i, error, EF_TEXT("operator code # does not exist"), (int32_t)(code & INT32_MAX), 0);
    }
    const uint32_t inputs = ef_flatbuffer_vector(model, table, EF_NODE_INPUTS, 4u);
    const uint32_t outputs = ef_flatbuffer_vector(model, table, EF_NODE_OUTPUTS, 4u);
    const uint32_t options = ef_flatbuffer_table(model, table, EF_NODE_OPTIONS);
    const uint32_t custom = ef_flatbuffer_vector(model, table, EF_NODE_CUSTOM_OPTIONS, 1u);
    if (inputs == EF_DAMAGED || outputs == EF_DAMAGED || options == EF_DAMAGED || custom == EF_DAMAGED) {
        return bad_operator(i, error, EF_TEXT("the operator is damaged"), 0, 0);
    }
    const uint32_t input_count = ef_flatbuffer_count(model, inputs);
    const uint32_t output_count = ef_flatbuffer_count(model, outputs);
    if (input_count > EF_MAX_INPUTS || output_count > EF_MAX_OUTPUTS) {
        return ef_error_set(error, EF_TOO_LARGE, (int32_t)i, -1, EF_TEXT("# inputs, # outputs are too many"),
                            (int32_t)(input_count & INT32_MAX), (int32_t)(output_count & INT32_MAX));
    }
    context->inputs = inputs;
    context->outputs = outputs;
    context->input_count = (uint16_t)input_count;
    context->output_count = (uint16_t)output_count;
    context->options = options;
    context->custom_options = custom;
    context->custom_options_bytes = ef_flatbuffer_count(model, custom);
    for (uint32_t k = 0; k < input_count + output_count; ++k) {
        const int32_t index = k < input_count ? ef_context_input(context, k)
                                              : ef_context_output(context, k - input_count);
        if (index < (k < input_count ? -1 : 0) || index >= (int32_t)interpreter->tensor_count) {
            return bad_operator(i, error, EF_TEXT("operand # is tensor #, which does not exist"), (int32_t)k, index);
        }
    }
    return EF_OK;
}

int ef_intermediate(const struct ef_context *context, uint32_t i, struct ef_tensor *tensor) {
    const struct ef_interpreter *interpreter = context->interpreter;
    const struct ef_model *model = interpreter->model;
    const uint32_t node = ef_flatbuffer_element(model, interpreter->operators, (uint32_t)context->operator_index);
    const uint32_t list = ef_flatbuffer_vector(model, node, EF_NODE_INTERMEDIATES, 4u);
    memset(tensor, 0, sizeof *tensor);
    if (list == EF_DAMAGED || i >= ef_flatbuffer_count(model, list)) return 0;
    tensor->index = ef_flatbuffer_i32_at(model, list, i);
    if (tensor->index < 0 || tensor->index >= (int32_t)interpreter->tensor_count) return 0;
    const uint32_t table = ef_flatbuffer_element(model, interpreter->tensors, (uint32_t)tensor->index);
    if (table == EF_DAMAGED) return 0;
    tensor->type = ef_flatbuffer_u8(model, table, EF_TENSOR_TYPE, EF_TYPE_FLOAT32);
    return read_quantization(interpreter, context->operator_index, table, tensor, NULL) == EF_OK &&
           tensor->scale_count == 1u;
}

void ef_graph_operands(const struct ef_interpreter *interpreter, uint32_t i, struct ef_context *context) {
    const struct ef_model *model = interpreter->model;
    const uint32_t at = interpreter->operators + 4u + 4u * i;
    const uint32_t table = at + ef_load_u32(model->bytes + at);
    context->interpreter = interpreter;
    context->inputs = ef_flatbuffer_vector(model, table, EF_NODE_INPUTS, 4u);
    context->outputs = ef_flatbuffer_vector(model, table, EF_NODE_OUTPUTS, 4u);
    context->input_count = (uint16_t)ef_flatbuffer_count(model, context->inputs);
    context->output_count = (uint16_t)ef_flatbuffer_count(model, context->outputs);
}

struct ef_code ef_graph_code(const struct ef_interpreter *interpreter, uint32_t i) {
    const struct ef_model *model = interpreter->model;
    const uint32_t node = ef_flatbuffer_element(model, interpreter->operators, i);
    const uint32_t table =
        ef_flatbuffer_element(model, model->operator_codes, ef_flatbuffer_u32(model, node, EF_NODE_CODE, 0u));
    const int32_t old = (int8_t)ef_flatbuffer_u8(model, table, EF_CODE_DEPRECATED, 0u);
    const int32_t builtin = (int32_t)ef_flatbuffer_u32(model, table, EF_CODE_BUILTIN, 0u);
    struct ef_code code;
    code.code = (uint32_t)(old > builtin ? old : builtin);
    code.version = ef_flatbuffer_u32(model, table, EF_CODE_VERSION, 1u);
    code.name = ef_flatbuffer_text(model, table, EF_CODE_NAME);
    return code;
}

const struct ef_kernel *ef_graph_kernel(const struct ef_interpreter *interpreter, const struct ef_node *node) {
    const uint32_t index = node->kernel & (EF_NODE_CUSTOM - 1u);
    return (node->kernel & EF_NODE_CUSTOM) != 0u ? interpreter->custom[index] : interpreter->kernels[index];
}
