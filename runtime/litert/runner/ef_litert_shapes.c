/* The shapes that OPEN asks for: `NAME=1,224,224,3;…`, a name or an input's number. Refuses anything else. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ef_litert_model.h"
#include "ef_wire.h"

enum ef_status ef_litert_wanted_shape(struct ef_litert_model *model, const struct ef_litert_tensor *tensor, size_t index,
                                      int sizes[EF_LITERT_MAX_RANK], size_t *rank) {
    char number[24];
    const char *at = model->shapes;
    (void)snprintf(number, sizeof number, "%zu", index);
    *rank = 0;
    while (*at != '\0') {
        size_t length = strcspn(at, ";");
        const char *equals = NULL;
        for (size_t i = 0; i < length; i++)
            if (at[i] == '=')
                equals = at + i;
        if (!equals)
            return ef_litert_refuse(model, EF_BAD_REQUEST, "shapes are NAME=1,2,3;… and not ", at);
        size_t name = (size_t)(equals - at);
        bool is_it = (strlen(tensor->name) == name && memcmp(tensor->name, at, name) == 0) ||
                     (strlen(number) == name && memcmp(number, at, name) == 0);
        for (const char *digits = equals + 1; is_it && digits < at + length;) {
            char *end;
            long size = strtol(digits, &end, 10);
            if (end == digits || size < 1 || size > INT32_MAX || *rank == EF_LITERT_MAX_RANK)
                return ef_litert_refuse(model, EF_UNSUPPORTED_SHAPE, "a size out of range for ", tensor->name);
            sizes[(*rank)++] = (int)size;
            digits = end + (*end == ',');
        }
        at += length + (at[length] == ';');
    }
    return EF_OK;
}

enum ef_status ef_litert_check_shapes(struct ef_litert_model *model) {
    const struct ef_litert_side *inputs = &ef_litert_chosen(model)->sides[EF_SIDE_INPUT];
    size_t entries = 0, named = 0, rank;
    int sizes[EF_LITERT_MAX_RANK];
    for (const char *at = model->shapes; *at != '\0'; at += strcspn(at, ";"), at += *at == ';')
        entries++;
    for (size_t i = 0; i < inputs->count; i++) {
        enum ef_status status = ef_litert_wanted_shape(model, &inputs->tensors[i], i, sizes, &rank);
        if (status != EF_OK)
            return status;
        named += rank > 0u;
    }
    return named == entries ? EF_OK : ef_litert_refuse(model, EF_NOT_FOUND, "not an input: one of ", model->shapes);
}
