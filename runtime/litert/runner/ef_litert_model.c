/* Opening, shaping, running. Sizes that LiteRT names are checked before memory is asked for. */
#define _POSIX_C_SOURCE 200809L

#include "ef_litert_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_wire.h"

#define TENSOR_BYTES_MAX ((size_t)1 << 31)

/* LiteRT's element types: the code on the link, and bytes */
static const struct {
    int32_t element;
    uint8_t dtype, bytes;
} elements[] = {
    {1, 0, 4} /* float32 */, {2, 2, 4} /* int32 */,   {3, 3, 1} /* uint8 */,    {4, 4, 8} /* int64 */,
    {6, 6, 1} /* bool */,    {7, 7, 2} /* int16 */,   {9, 9, 1} /* int8 */,     {10, 1, 2} /* float16 */,
    {11, 10, 8} /* float64 */, {16, 15, 4} /* uint32 */, {17, 16, 2} /* uint16 */,
};

enum ef_status ef_litert_refuse(struct ef_litert_model *model, enum ef_status status, const char *text,
                                const char *detail) {
    (void)snprintf(model->refusal, sizeof model->refusal, "%.80s%.80s", text, detail);
    return status;
}

static enum ef_status failed(struct ef_litert_model *model, const char *function, int code) {
    char text[80];
    (void)snprintf(text, sizeof text, "%s failed with status %d", function, code);
    return ef_litert_refuse(model, EF_RUNTIME_ERROR, "LiteRT: ", text);
}

/* Call a function of LiteRT; leave with a refusal when it fails. */
#define DO(name, ...)                                                                                                  \
    do {                                                                                                               \
        int code_ = model->litert->name(__VA_ARGS__);                                                                  \
        if (code_ != 0)                                                                                                \
            return failed(model, #name, code_);                                                                        \
    } while (0)

static uint32_t rank_of(const struct ef_litert_layout *layout) {
    uint32_t rank = layout->rank & 0x7Fu;
    return rank < EF_LITERT_MAX_RANK ? rank : EF_LITERT_MAX_RANK;
}

/* Bytes of a shape, 0 where it is not known yet or too large. */
static size_t bytes_of(const struct ef_litert_layout *layout, size_t item) {
    size_t bytes = item;
    for (uint32_t i = 0; i < rank_of(layout); i++) {
        if (layout->sizes[i] <= 0 || bytes > TENSOR_BYTES_MAX / (size_t)layout->sizes[i])
            return 0;
        bytes *= (size_t)layout->sizes[i];
    }
    return bytes;
}

static enum ef_status describe(struct ef_litert_model *model, struct ef_litert_tensor *tensor,
                               const struct ef_litert_layout *layout) {
    int kind = 0;
    DO(GetRankedTensorType, tensor->handle, &tensor->type);
    tensor->type.layout = *layout;
    DO(GetQuantizationTypeId, tensor->handle, &kind);
    if (kind == EF_LITERT_PER_TENSOR)
        DO(GetPerTensorQuantization, tensor->handle, &tensor->quantized);
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
        if (elements[i].element == tensor->type.element) {
            tensor->dtype = elements[i].dtype;
            tensor->bytes = bytes_of(layout, elements[i].bytes);
            return EF_OK;
        }
    return ef_litert_refuse(model, EF_UNSUPPORTED_TYPE, "a data type that is not offered here: ", tensor->name);
}

static enum ef_status shape_inputs(struct ef_litert_model *model, struct ef_litert_side *side) {
    for (size_t i = 0; i < side->count; i++) {
        struct ef_litert_layout layout;
        int sizes[EF_LITERT_MAX_RANK];
        size_t rank;
        bool changes = false;
        DO(GetCompiledModelInputTensorLayout, model->compiled, model->chosen, i, &layout);
        enum ef_status status = ef_litert_wanted_shape(model, &side->tensors[i], i, sizes, &rank);
        if (status != EF_OK)
            return status;
        if (rank == 0u) { /* a size that the file leaves open is 1: buffers cannot be made without one */
            for (; rank < rank_of(&layout); rank++) {
                changes = changes || layout.sizes[rank] < 0;
                sizes[rank] = layout.sizes[rank] < 0 ? 1 : layout.sizes[rank];
            }
        } else {
            changes = true;
        }
        if (changes)
            DO(CompiledModelResizeInputTensorNonStrict, model->compiled, model->chosen, i, sizes, rank);
    }
    return EF_OK;
}

static enum ef_status make_inputs(struct ef_litert_model *model, struct ef_litert_side *side) {
    for (size_t i = 0; i < side->count; i++) {
        struct ef_litert_tensor *tensor = &side->tensors[i];
        struct ef_litert_layout layout;
        void *wanted;
        DO(GetCompiledModelInputTensorLayout, model->compiled, model->chosen, i, &layout);
        enum ef_status status = describe(model, tensor, &layout);
        if (status != EF_OK)
            return status;
        DO(GetCompiledModelInputBufferRequirements, model->compiled, model->chosen, i, &wanted);
        DO(CreateManagedTensorBufferFromRequirements, model->environment, &tensor->type, wanted, &tensor->buffer);
        tensor->staged = calloc(tensor->bytes + 1u, 1);
        if (!tensor->staged)
            return ef_litert_refuse(model, EF_TOO_LARGE, "no memory for input ", tensor->name);
        tensor->unwritten = true;
    }
    return EF_OK;
}

static enum ef_status make_outputs(struct ef_litert_model *model, struct ef_litert_side *side) {
    struct ef_litert_layout layouts[EF_LITERT_TENSORS] = {{0}};
    DO(GetCompiledModelOutputTensorLayouts, model->compiled, model->chosen, side->count, layouts, true);
    for (size_t i = 0; i < side->count; i++) {
        struct ef_litert_tensor *tensor = &side->tensors[i];
        void *wanted;
        enum ef_status status = describe(model, tensor, &layouts[i]);
        if (status != EF_OK)
            return status;
        DO(GetCompiledModelOutputBufferRequirements, model->compiled, model->chosen, i, &wanted);
        DO(CreateManagedTensorBufferFromRequirements, model->environment, &tensor->type, wanted, &tensor->buffer);
    }
    return EF_OK;
}

static enum ef_status name_tensors(struct ef_litert_model *model, struct ef_litert_signature *signature) {
    DO(GetNumSignatureInputs, signature->handle, &signature->sides[EF_SIDE_INPUT].count);
    DO(GetNumSignatureOutputs, signature->handle, &signature->sides[EF_SIDE_OUTPUT].count);
    for (int side = 0; side < 2; side++) {
        struct ef_litert_side *here = &signature->sides[side];
        if (here->count > EF_LITERT_TENSORS)
            return ef_litert_refuse(model, EF_TOO_LARGE, "more than 255 inputs or outputs", "");
        here->tensors = calloc(here->count + 1u, sizeof *here->tensors);
        if (!here->tensors)
            return ef_litert_refuse(model, EF_TOO_LARGE, "out of memory", "");
        for (size_t i = 0; i < here->count; i++) {
            struct ef_litert_tensor *tensor = &here->tensors[i];
            if (side == EF_SIDE_INPUT) {
                DO(GetSignatureInputName, signature->handle, i, &tensor->name);
                DO(GetSignatureInputTensorByIndex, signature->handle, i, &tensor->handle);
            } else {
                DO(GetSignatureOutputName, signature->handle, i, &tensor->name);
                DO(GetSignatureOutputTensorByIndex, signature->handle, i, &tensor->handle);
            }
        }
    }
    return EF_OK;
}

/* Give back what a signature's tensors hold. */
static void release(struct ef_litert_model *model, struct ef_litert_signature *signature) {
    for (int side = 0; side < 2; side++) {
        struct ef_litert_side *here = &signature->sides[side];
        for (size_t i = 0; here->tensors && i < here->count; i++) {
            free(here->tensors[i].staged);
            if (here->tensors[i].buffer)
                model->litert->DestroyTensorBuffer(here->tensors[i].buffer);
        }
        free(here->tensors);
        here->tensors = NULL;
        here->count = 0;
    }
    signature->ready = false;
}

enum ef_status ef_litert_model_choose(struct ef_litert_model *model, struct ef_span key) {
    size_t at = 0, before = model->chosen;
    while (key.size > 0u && at < model->signature_count && !ef_span_is(key, model->signatures[at].key))
        at++;
    if (at >= model->signature_count)
        return ef_litert_refuse(model, EF_NOT_FOUND, "the model has no such signature", "");
    model->chosen = at;
    struct ef_litert_signature *signature = &model->signatures[at];
    if (signature->ready)
        return EF_OK;
    enum ef_status status = name_tensors(model, signature);
    if (status == EF_OK)
        status = shape_inputs(model, &signature->sides[EF_SIDE_INPUT]);
    if (status == EF_OK)
        status = make_inputs(model, &signature->sides[EF_SIDE_INPUT]);
    if (status == EF_OK)
        status = make_outputs(model, &signature->sides[EF_SIDE_OUTPUT]);
    signature->ready = status == EF_OK;
    if (status != EF_OK) {
        release(model, signature);
        model->chosen = before;
    }
    return status;
}

static enum ef_status make_options(struct ef_litert_model *model) {
    const char *mode = strcmp(model->delegate, "none") == 0 ? "builtin" : model->delegate;
    void *opaque;
    char *text = malloc(128);
    if (!text)
        return ef_litert_refuse(model, EF_TOO_LARGE, "out of memory", "");
    int used = snprintf(text, 128, "num_threads = %u\n", model->threads ? model->threads : 1u);
    if (*mode != '\0')
        (void)snprintf(text + used, 128u - (size_t)used, "kernel_mode = \"%s\"\n", mode);
    int code = model->litert->CreateOpaqueOptions("xnnpack", text, free, &opaque); /* which own the text */
    if (code != 0) {
        free(text);
        return failed(model, "CreateOpaqueOptions", code);
    }
    DO(CreateOptions, &model->options);
    DO(SetOptionsHardwareAccelerators, model->options, EF_LITERT_CPU);
    DO(AddOpaqueOptions, model->options, opaque);
    return EF_OK;
}

static enum ef_status compile(struct ef_litert_model *model) {
    if (model->litert->CreateModelFromFile(model->environment, model->path, &model->file) != 0)
        return ef_litert_refuse(model, EF_BAD_MODEL, "LiteRT does not read this model", "");
    enum ef_status status = make_options(model);
    if (status != EF_OK)
        return status;
    DO(CreateCompiledModel, model->environment, model->file, model->options, &model->compiled);
    DO(GetNumModelSignatures, model->file, &model->signature_count);
    if (model->signature_count == 0u || model->signature_count > EF_LITERT_SIGNATURES)
        return ef_litert_refuse(model, EF_TOO_LARGE, "the model has no signature, or more than 64", "");
    for (size_t i = 0; i < model->signature_count; i++) {
        DO(GetModelSignature, model->file, i, &model->signatures[i].handle);
        DO(GetSignatureKey, model->signatures[i].handle, &model->signatures[i].key);
    }
    return EF_OK;
}

enum ef_status ef_litert_model_open(struct ef_litert_model *model, struct ef_span key, void (*loaded)(void)) {
    enum ef_status status = EF_OK;
    if (!model->environment) {
        int code = model->litert->CreateEnvironment(0, NULL, &model->environment);
        if (code != 0)
            return failed(model, "CreateEnvironment", code);
    }
    status = compile(model);
    if (status == EF_OK) {
        loaded();
        status = ef_litert_model_choose(model, key);
    }
    if (status == EF_OK)
        status = ef_litert_check_shapes(model);
    if (status != EF_OK)
        ef_litert_model_close(model);
    return status;
}

void ef_litert_model_close(struct ef_litert_model *model) {
    for (size_t i = 0; i < model->signature_count && i < EF_LITERT_SIGNATURES; i++)
        release(model, &model->signatures[i]);
    memset(model->signatures, 0, sizeof model->signatures);
    model->signature_count = model->chosen = 0;
    if (model->compiled)
        model->litert->DestroyCompiledModel(model->compiled);
    if (model->options)
        model->litert->DestroyOptions(model->options);
    if (model->file)
        model->litert->DestroyModel(model->file);
    model->compiled = model->options = model->file = NULL;
}

enum ef_status ef_litert_model_write(struct ef_litert_model *model) {
    struct ef_litert_side *inputs = &ef_litert_chosen(model)->sides[EF_SIDE_INPUT];
    for (size_t i = 0; i < inputs->count; i++) {
        struct ef_litert_tensor *tensor = &inputs->tensors[i];
        void *memory;
        if (!tensor->unwritten)
            continue;
        DO(LockTensorBuffer, tensor->buffer, &memory, EF_LITERT_LOCK_WRITE);
        memcpy(memory, tensor->staged, tensor->bytes);
        DO(UnlockTensorBuffer, tensor->buffer);
        tensor->unwritten = false;
    }
    return EF_OK;
}

enum ef_status ef_litert_model_run(struct ef_litert_model *model) {
    struct ef_litert_side *sides = ef_litert_chosen(model)->sides;
    void *given[EF_LITERT_TENSORS], *taken[EF_LITERT_TENSORS];
    for (size_t i = 0; i < sides[EF_SIDE_INPUT].count; i++)
        given[i] = sides[EF_SIDE_INPUT].tensors[i].buffer;
    for (size_t i = 0; i < sides[EF_SIDE_OUTPUT].count; i++)
        taken[i] = sides[EF_SIDE_OUTPUT].tensors[i].buffer;
    DO(RunCompiledModel, model->compiled, model->chosen, sides[EF_SIDE_INPUT].count, given,
       sides[EF_SIDE_OUTPUT].count, taken);
    return EF_OK;
}
