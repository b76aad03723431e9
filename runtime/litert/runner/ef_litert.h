/* The part of LiteRT's C interface that the runner calls, found in libLiteRt.so while it runs.
 *
 * The types and functions are those of ai-edge-litert 2.3 (litert/c), whose package carries no headers. Every function
 * returns 0 for success unless it returns nothing. */
#ifndef EF_LITERT_H
#define EF_LITERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EF_LITERT_MAX_RANK 8
#define EF_LITERT_CPU 1          /* of the hardware accelerators */
#define EF_LITERT_LOCK_READ 0
#define EF_LITERT_LOCK_WRITE 1
#define EF_LITERT_PER_TENSOR 1   /* kind of quantization */

struct ef_litert_layout {
    uint32_t rank; /* in the lowest 7 bits */
    int32_t sizes[EF_LITERT_MAX_RANK];
    uint32_t strides[EF_LITERT_MAX_RANK];
};

struct ef_litert_ranked {
    int32_t element; /* LiteRT's code of the data type */
    struct ef_litert_layout layout;
};

struct ef_litert_scale {
    float scale;
    int64_t zero_point;
};

/* X(name without "LiteRt", result, parameters) */
#define EF_LITERT_FUNCTIONS(X)                                                                                         \
    X(CreateEnvironment, int, (int count, const void *options, void **made))                                           \
    X(CreateModelFromFile, int, (void *environment, const char *path, void **made))                                    \
    X(CreateOptions, int, (void **made))                                                                               \
    X(SetOptionsHardwareAccelerators, int, (void *options, int accelerators))                                          \
    X(CreateOpaqueOptions, int, (const char *name, void *text, void (*release)(void *), void **made))                  \
    X(AddOpaqueOptions, int, (void *options, void *opaque))                                                            \
    X(CreateCompiledModel, int, (void *environment, void *model, void *options, void **made))                          \
    X(GetNumModelSignatures, int, (void *model, size_t *count))                                                        \
    X(GetModelSignature, int, (void *model, size_t index, void **found))                                               \
    X(GetSignatureKey, int, (void *signature, const char **found))                                                     \
    X(GetNumSignatureInputs, int, (void *signature, size_t *count))                                                    \
    X(GetNumSignatureOutputs, int, (void *signature, size_t *count))                                                   \
    X(GetSignatureInputName, int, (void *signature, size_t index, const char **found))                                 \
    X(GetSignatureOutputName, int, (void *signature, size_t index, const char **found))                                \
    X(GetSignatureInputTensorByIndex, int, (void *signature, size_t index, void **found))                              \
    X(GetSignatureOutputTensorByIndex, int, (void *signature, size_t index, void **found))                             \
    X(GetRankedTensorType, int, (void *tensor, struct ef_litert_ranked *found))                                        \
    X(GetQuantizationTypeId, int, (void *tensor, int *found))                                                          \
    X(GetPerTensorQuantization, int, (void *tensor, struct ef_litert_scale *found))                                    \
    X(GetCompiledModelInputTensorLayout, int,                                                                          \
      (void *model, size_t signature, size_t index, struct ef_litert_layout *found))                                   \
    X(GetCompiledModelOutputTensorLayouts, int,                                                                        \
      (void *model, size_t signature, size_t count, struct ef_litert_layout *found, bool update))                      \
    X(CompiledModelResizeInputTensorNonStrict, int,                                                                    \
      (void *model, size_t signature, size_t index, const int *sizes, size_t rank))                                    \
    X(GetCompiledModelInputBufferRequirements, int, (void *model, size_t signature, size_t index, void **found))       \
    X(GetCompiledModelOutputBufferRequirements, int, (void *model, size_t signature, size_t index, void **found))      \
    X(CreateManagedTensorBufferFromRequirements, int,                                                                  \
      (void *environment, const struct ef_litert_ranked *type, void *requirements, void **made))                       \
    X(LockTensorBuffer, int, (void *buffer, void **memory, int mode))                                                  \
    X(UnlockTensorBuffer, int, (void *buffer))                                                                         \
    X(RunCompiledModel, int,                                                                                           \
      (void *model, size_t signature, size_t input_count, void *const *inputs, size_t output_count,                    \
       void *const *outputs))                                                                                          \
    X(DestroyTensorBuffer, void, (void *buffer))                                                                       \
    X(DestroyCompiledModel, void, (void *model))                                                                       \
    X(DestroyOptions, void, (void *options))                                                                           \
    X(DestroyModel, void, (void *model))

struct ef_litert {
#define EF_LITERT_POINTER(name, result, parameters) result(*name) parameters;
    EF_LITERT_FUNCTIONS(EF_LITERT_POINTER)
#undef EF_LITERT_POINTER
};

/* Load the library at `path` and look all of them up. Returns NULL, or what is missing (valid until the next call). */
const char *ef_litert_load(struct ef_litert *litert, const char *path);

#endif /* EF_LITERT_H */
