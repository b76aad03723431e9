/* A model built ahead of time as the link server sees it: one constant, `ef_aot_model`, which edgeflow generates.
 *
 * The files of this folder stand in for the interpreter and for the slots: they define the functions of ef_runtime.h
 * and ef_slots.h that the server calls. An image holds either these, or ef_slots.c and the interpreter of runtime/core.
 * With them the server has no slots: its only model is part of the image. */
#ifndef EF_AOT_H
#define EF_AOT_H

#include <stdint.h>

#include "ef_config.h"

/* An input or output; the fields are those of struct ef_tensor. */
struct ef_aot_socket {
    const char *name; /* in the signature */
    uint32_t name_bytes;
    int32_t index;
    uint32_t offset; /* bytes from the start of the arena */
    uint32_t elements, bytes;
    float scale; /* 0: not quantized, or per axis */
    int32_t zero_point;
    uint8_t type, rank, per_axis;
    int32_t dims[EF_MAX_RANK];
};

/* One operator. */
struct ef_aot_step {
    void (*run)(uint8_t *arena);
    const char *kernel;
    uint16_t code;
};

struct ef_aot_model {
    uint8_t sha256[32];  /* of the .tflite */
    uint32_t file_bytes; /* of the .tflite */
    const char *label;   /* at most 64 characters */
    const char *signature; /* its key, NULL when the model has none */
    uint32_t signature_bytes;
    uint32_t arena_bytes, planned_bytes, scratch_bytes, constant_bytes;
    void (*reset)(void *arena); /* sets the variables; NULL when there are none */
    const struct ef_aot_socket *inputs, *outputs;
    const struct ef_aot_step *steps;
    uint16_t input_count, output_count, step_count;
};

extern const struct ef_aot_model ef_aot_model;

#endif /* EF_AOT_H */
