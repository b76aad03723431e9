/* The file as a whole: header, lists, signatures. Refuses (EF_BAD_MODEL) what is not version 3 of TFLite's schema, and
 * lists or tables that leave the file. One subgraph's tensors and operators are checked when it is prepared. */
#include <string.h>

#include "ef_flatbuffer.h"
#include "ef_schema.h"

static enum ef_status bad(struct ef_error *error, const char *text, int32_t a) {
    return ef_error_set(error, EF_BAD_MODEL, -1, -1, text, a, 0);
}

/* Every element of a vector of tables is a table. */
static int tables_hold(const struct ef_model *model, uint32_t vector) {
    if (vector == EF_DAMAGED) return 0;
    const uint32_t count = ef_flatbuffer_count(model, vector);
    for (uint32_t i = 0; i < count; ++i) {
        if (ef_flatbuffer_element(model, vector, i) == EF_DAMAGED) return 0;
    }
    return 1;
}

static enum ef_status check_lists(struct ef_model *model, uint32_t root, struct ef_error *error) {
    model->operator_codes = ef_flatbuffer_vector(model, root, EF_MODEL_OPERATOR_CODES, 4u);
    model->subgraphs = ef_flatbuffer_vector(model, root, EF_MODEL_SUBGRAPHS, 4u);
    model->buffers = ef_flatbuffer_vector(model, root, EF_MODEL_BUFFERS, 4u);
    model->signatures = ef_flatbuffer_vector(model, root, EF_MODEL_SIGNATURES, 4u);
    if (!tables_hold(model, model->operator_codes)) {
        return bad(error, EF_TEXT("the list of operator codes is damaged"), 0);
    }
    if (!tables_hold(model, model->buffers)) return bad(error, EF_TEXT("the list of buffers is damaged"), 0);
    if (!tables_hold(model, model->subgraphs)) return bad(error, EF_TEXT("the list of subgraphs is damaged"), 0);
    if (!tables_hold(model, model->signatures)) return bad(error, EF_TEXT("the list of signatures is damaged"), 0);
    return EF_OK;
}

enum ef_status ef_model_init(struct ef_model *model, const void *bytes, size_t size, struct ef_error *error) {
    memset(model, 0, sizeof *model);
    ef_error_clear(error);
    if (bytes == NULL || size < 12u || memcmp((const uint8_t *)bytes + 4, "TFL3", 4) != 0) {
        return bad(error, EF_TEXT("not a .tflite: the identifier TFL3 is missing"), 0);
    }
    if (size > (size_t)INT32_MAX) return bad(error, EF_TEXT("the file is larger than # bytes"), INT32_MAX);
    model->bytes = bytes;
    model->size = (uint32_t)size;
    const uint32_t root = ef_flatbuffer_follow(model, 0u);
    if (root == EF_DAMAGED) return bad(error, EF_TEXT("the root table lies outside the file"), 0);
    const uint32_t version = ef_flatbuffer_u32(model, root, EF_MODEL_VERSION, 0u);
    if (version != EF_SCHEMA_VERSION) return bad(error, EF_TEXT("schema version # is not 3"), (int32_t)version);
    const enum ef_status status = check_lists(model, root, error);
    if (status != EF_OK) return status;
    if (ef_model_subgraph_count(model) == 0u) return bad(error, EF_TEXT("the model has no subgraph"), 0);
    return EF_OK;
}

uint32_t ef_model_subgraph_count(const struct ef_model *model) { return ef_flatbuffer_count(model, model->subgraphs); }

uint32_t ef_model_signature_count(const struct ef_model *model) {
    return ef_flatbuffer_count(model, model->signatures);
}

struct ef_text ef_model_signature_key(const struct ef_model *model, uint32_t i) {
    struct ef_text key = {NULL, 0u};
    if (i >= ef_model_signature_count(model)) return key;
    return ef_flatbuffer_text(model, ef_flatbuffer_element(model, model->signatures, i), EF_SIGNATURE_KEY);
}

int32_t ef_model_find_signature(const struct ef_model *model, const char *key, size_t key_bytes) {
    const uint32_t count = ef_model_signature_count(model);
    for (uint32_t i = 0; i < count; ++i) {
        const struct ef_text found = ef_model_signature_key(model, i);
        if (found.text != NULL && found.bytes == key_bytes && memcmp(found.text, key, key_bytes) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}
