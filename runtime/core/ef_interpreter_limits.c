/* Chooses the kernel of an operator and holds the operator to the limits that operators.toml states for it. Refuses with
 * the reason of the kernel that came closest. */
#include <string.h>

#include "ef_graph.h"
#include "ef_schema.h"

/* How close a kernel came: the reason of the closest one is told, the first of equals. A wrong operand adds its position
 * (inputs first, then outputs), so that the kernel which got furthest down the list counts. */
enum { FAR = 0, WRONG_FORM = 0x100, WRONG_TYPE = 0x200, WRONG_DETAIL = 0x300, FITS = 0x400 };

#define NO_TYPE 255u

static int finite_and_positive(float scale) {
    uint32_t bits;
    memcpy(&bits, &scale, sizeof bits);
    return bits != 0u && bits < 0x7f800000u;
}

static int zero_point_fits(const struct ef_tensor *tensor) {
    if (tensor->type == EF_TYPE_INT8) return tensor->zero_point >= -128 && tensor->zero_point <= 127;
    if (tensor->type == EF_TYPE_UINT8) return tensor->zero_point >= 0 && tensor->zero_point <= 255;
    return tensor->zero_point == 0;
}

/* Scale and zero point; returns the reason, NULL when they hold. */
static const char *quantization_fault(const struct ef_operand *limits, const struct ef_tensor *tensor) {
    if (tensor->scale_count == 0u) return EF_TEXT("scale and zero point are missing or do not match the shape");
    if (tensor->per_axis != 0u && (limits->flags & EF_OPERAND_PER_AXIS) == 0u) {
        return EF_TEXT("must have one scale, has one a slice");
    }
    if (tensor->per_axis != 0u && limits->axis != 255u && limits->axis != tensor->quantized_dimension) {
        return EF_TEXT("has its scales along the wrong dimension");
    }
    for (uint32_t i = 0; i < tensor->scale_count; ++i) {
        if (!finite_and_positive(ef_tensor_scale(tensor, i))) return EF_TEXT("has a scale that is not finite and > 0");
        if (tensor->per_axis != 0u && tensor->zero_points != NULL && ef_load_u64(tensor->zero_points + 8u * i) != 0u) {
            return EF_TEXT("has one scale a slice and a zero point that is not 0");
        }
    }
    if ((limits->flags & EF_OPERAND_SYMMETRIC) != 0u && tensor->zero_point != 0) {
        return EF_TEXT("must have zero point 0");
    }
    return zero_point_fits(tensor) ? NULL : EF_TEXT("has a zero point outside its type");
}

static enum ef_status refuse_tensor(const struct ef_context *context, struct ef_error *error, enum ef_status status,
                                    int32_t tensor, const char *text, int32_t a, int32_t b) {
    return ef_error_set(error, status, context->operator_index, tensor, text, a, b);
}

/* One operand against its limits; returns how close it came. `*first_type` becomes the type of the first one. */
static int check_operand(const struct ef_context *context, const struct ef_operand *limits, uint32_t position,
                         int32_t index, uint8_t *first_type, struct ef_error *error) {
    struct ef_tensor tensor;
    if (index < 0) {
        if ((limits->flags & EF_OPERAND_OPTIONAL) != 0u) return FITS;
        (void)refuse_tensor(context, error, EF_BAD_MODEL, -1, EF_TEXT("an input that it needs is absent"), 0, 0);
        return WRONG_DETAIL;
    }
    if (ef_graph_tensor(context->interpreter, context->operator_index, (uint32_t)index, &tensor, error) != EF_OK) {
        return WRONG_DETAIL;
    }
    if (*first_type == NO_TYPE) *first_type = tensor.type;
    if (limits->types == 0u) {
        (void)refuse_tensor(context, error, EF_UNSUPPORTED_OPTION, index, EF_TEXT("input # must be absent"),
                            (int32_t)position, 0);
        return WRONG_DETAIL;
    }
    if (tensor.type > 31u || (limits->types >> tensor.type & 1u) == 0u) {
        (void)refuse_tensor(context, error, EF_UNSUPPORTED_TYPE, index, EF_TEXT("type # is not offered here"),
                            tensor.type, 0);
        return WRONG_TYPE;
    }
    if ((limits->flags & EF_OPERAND_SAME_TYPE) != 0u && tensor.type != *first_type) {
        (void)refuse_tensor(context, error, EF_UNSUPPORTED_TYPE, index, EF_TEXT("type # is not input 0's, #"),
                            tensor.type, *first_type);
        return WRONG_TYPE;
    }
    if (tensor.rank < limits->rank_min || tensor.rank > limits->rank_max) {
        (void)refuse_tensor(context, error, EF_UNSUPPORTED_SHAPE, index, EF_TEXT("rank # is not offered here"),
                            tensor.rank, 0);
        return WRONG_DETAIL;
    }
    if ((limits->flags & EF_OPERAND_CONSTANT) != 0u && tensor.is_constant == 0u) {
        (void)refuse_tensor(context, error, EF_UNSUPPORTED_OPTION, index, EF_TEXT("must be constant"), 0, 0);
        return WRONG_DETAIL;
    }
    if ((limits->flags & EF_OPERAND_VARIABLE) != 0u && tensor.is_variable == 0u) {
        (void)refuse_tensor(context, error, EF_BAD_MODEL, index, EF_TEXT("must be a variable"), 0, 0);
        return WRONG_DETAIL;
    }
    if ((limits->flags & EF_OPERAND_QUANTIZED) != 0u) {
        const char *fault = quantization_fault(limits, &tensor);
        if (fault != NULL) {
            (void)refuse_tensor(context, error, EF_UNSUPPORTED_OPTION, index, fault, 0, 0);
            return WRONG_DETAIL;
        }
    }
    return FITS;
}

/* Number of operands within what the limits take. */
static int count_holds(const struct ef_operand *limits, uint32_t entries, uint32_t count) {
    const int repeated = entries > 0u && (limits[entries - 1u].flags & EF_OPERAND_REPEATED) != 0u;
    if (count > entries && !repeated) return 0;
    for (uint32_t i = count; i < entries; ++i) {
        if ((limits[i].flags & EF_OPERAND_OPTIONAL) == 0u) return 0;
    }
    return 1;
}

static int check_operands(const struct ef_context *context, const struct ef_kernel *kernel, struct ef_error *error) {
    uint8_t first_type = NO_TYPE;
    int worst;
    for (uint32_t i = 0; i < context->input_count; ++i) {
        const uint32_t entry = i < kernel->input_count ? i : kernel->input_count - 1u;
        worst = check_operand(context, &kernel->inputs[entry], i, ef_context_input(context, i), &first_type, error);
        if (worst != FITS) return worst + (int)i;
    }
    for (uint32_t i = 0; i < context->output_count; ++i) {
        const uint32_t entry = i < kernel->output_count ? i : kernel->output_count - 1u;
        worst = check_operand(context, &kernel->outputs[entry], i, ef_context_output(context, i), &first_type, error);
        if (worst != FITS) return worst + (int)(context->input_count + i);
    }
    return FITS;
}

/* Is the kernel for this operator, and within its limits? `error` gets the reason where it is not. */
static int judge(const struct ef_context *context, const struct ef_kernel *kernel, const struct ef_code *code,
                 struct ef_error *error) {
    if (kernel->code != code->code) return FAR;
    if (code->code == EF_CODE_CUSTOM) {
        uint32_t bytes = 0u;
        while (kernel->custom != NULL && kernel->custom[bytes] != '\0') ++bytes;
        if (bytes == 0u || code->name.bytes != bytes || memcmp(code->name.text, kernel->custom, bytes) != 0) return FAR;
    }
    if (code->version < kernel->version_min || code->version > kernel->version_max) {
        (void)refuse_tensor(context, error, EF_UNSUPPORTED_OPERATOR, -1,
                            EF_TEXT("version # of operator # is not offered"), (int32_t)(code->version & INT32_MAX),
                            (int32_t)code->code);
        return WRONG_FORM;
    }
    if (!count_holds(kernel->inputs, kernel->input_count, context->input_count) ||
        !count_holds(kernel->outputs, kernel->output_count, context->output_count)) {
        (void)refuse_tensor(context, error, EF_BAD_MODEL, -1, EF_TEXT("it cannot have # inputs and # outputs"),
                            context->input_count, context->output_count);
        return WRONG_FORM;
    }
    const uint32_t node =
        ef_flatbuffer_element(context->interpreter->model, context->interpreter->operators,
                              (uint32_t)context->operator_index);
    const uint8_t options = ef_flatbuffer_u8(context->interpreter->model, node, EF_NODE_OPTIONS_TYPE, 0u);
    if (kernel->options != 0u && options != 0u && options != kernel->options) {
        (void)refuse_tensor(context, error, EF_BAD_MODEL, -1, EF_TEXT("options of type #, not #"), options,
                            kernel->options);
        return WRONG_FORM;
    }
    return check_operands(context, kernel, error);
}

/* Try the kernels of one list. Returns EF_DECLINED when none takes the operator; then `*closest` and the error say why. */
static enum ef_status choose_from(struct ef_context *context, const struct ef_kernel *const *kernels,
                                  const struct ef_code *code, int *closest, uint16_t *chosen) {
    struct ef_error *const error = context->error;
    struct ef_error reason;
    for (uint32_t i = 0; kernels != NULL && kernels[i] != NULL && i < EF_NODE_CUSTOM; ++i) {
        ef_error_clear(&reason);
        const int match = judge(context, kernels[i], code, &reason);
        if (match == FITS) {
            context->kernel = kernels[i];
            context->scratch_bytes = 0u;
            context->record_bytes = 0u;
            context->forwards = context->backwards = EF_APART;
            const enum ef_status status = kernels[i]->prepare(context);
            if (status != EF_DECLINED) {
                *chosen = (uint16_t)i;
                return status;
            }
        } else if (match > *closest) {
            *closest = match;
            if (error != NULL) *error = reason;
        }
    }
    return EF_DECLINED;
}

/* CALL_ONCE, and VAR_HANDLE to ASSIGN_VARIABLE. */
static int is_of_resources(uint32_t code) { return code == 129u || (code >= 142u && code <= 144u); }

enum ef_status ef_limits_choose(struct ef_context *context, uint16_t *kernel) {
    const struct ef_interpreter *interpreter = context->interpreter;
    const struct ef_code code = ef_graph_code(interpreter, (uint32_t)context->operator_index);
    struct ef_error spare;
    struct ef_error *const given = context->error;
    if (given == NULL) context->error = &spare;
    int closest = FAR;
    enum ef_status status = choose_from(context, interpreter->custom, &code, &closest, kernel);
    if (status == EF_OK) *kernel = (uint16_t)(*kernel | EF_NODE_CUSTOM);
    if (status == EF_DECLINED) status = choose_from(context, interpreter->kernels, &code, &closest, kernel);
    if (status == EF_DECLINED) {
        const char *text = is_of_resources(code.code) ? EF_TEXT("operator #: resource variables are not offered")
                                                      : EF_TEXT("this build has no operator #");
        status = closest == FAR ? ef_error_set(context->error, EF_UNSUPPORTED_OPERATOR, context->operator_index, -1,
                                               text, (int32_t)code.code, 0)
                                : context->error->status;
    }
    if (status == EF_OK) ef_error_clear(context->error);
    context->error = given;
    return status;
}
