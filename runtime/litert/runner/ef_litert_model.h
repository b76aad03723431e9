/* One open model: LiteRT's CompiledModel on the CPU, its signatures, and what the host wrote into their inputs. */
#ifndef EF_LITERT_MODEL_H
#define EF_LITERT_MODEL_H

#include "ef_litert.h"
#include "ef_message.h"
#include "ef_status.h"

#define EF_LITERT_SIGNATURES 64u
#define EF_LITERT_TENSORS 255u /* TENSOR's index is a u8 */
#define EF_LITERT_TEXT_BYTES 4096u
#define EF_LITERT_REFUSAL_BYTES 192u /* the link takes the first 96 */

struct ef_litert_tensor {
    const char *name;
    void *handle, *buffer;
    struct ef_litert_ranked type;
    struct ef_litert_scale quantized; /* scale 0: not, or per axis */
    uint8_t dtype;                    /* as on the link */
    uint8_t *staged;                  /* inputs: what the host wrote */
    bool unwritten;                   /* staged, and not in the buffer yet */
    size_t bytes;
};

struct ef_litert_side {
    struct ef_litert_tensor *tensors;
    size_t count;
};

struct ef_litert_signature {
    const char *key;
    void *handle;
    struct ef_litert_side sides[2]; /* enum ef_wire_side; no tensors until it is chosen */
    bool ready;
};

struct ef_litert_model {
    const struct ef_litert *litert;
    void *environment, *file, *options, *compiled;
    struct ef_litert_signature signatures[EF_LITERT_SIGNATURES];
    size_t signature_count, chosen;
    char path[EF_LITERT_TEXT_BYTES], shapes[EF_LITERT_TEXT_BYTES], delegate[16];
    unsigned threads;
    char refusal[EF_LITERT_REFUSAL_BYTES]; /* why the last function here failed */
};

/* Open the model at `path` as OPEN says: `delegate` "", "xnnpack", "none" or "reference", `shapes` "name=1,2;…" for
 * inputs of signature `key`. `loaded` is called when the file is read and compiled, before anything is allocated. A
 * model that did not open is closed. */
enum ef_status ef_litert_model_open(struct ef_litert_model *model, struct ef_span key, void (*loaded)(void));

void ef_litert_model_close(struct ef_litert_model *model);

/* Choose a signature by its key, the first one by "". */
enum ef_status ef_litert_model_choose(struct ef_litert_model *model, struct ef_span key);

/* Bring staged inputs into LiteRT's buffers. */
enum ef_status ef_litert_model_write(struct ef_litert_model *model);

enum ef_status ef_litert_model_run(struct ef_litert_model *model);

enum ef_status ef_litert_refuse(struct ef_litert_model *model, enum ef_status status, const char *text,
                                const char *detail);

/* ef_litert_shapes.c: the sizes that `shapes` wants for an input of the chosen signature, their number in `*rank`; 0 where
 * it is not named. Names may hold `=`. */
enum ef_status ef_litert_wanted_shape(struct ef_litert_model *model, const struct ef_litert_tensor *tensor,
                                      size_t index, int sizes[EF_LITERT_MAX_RANK], size_t *rank);

/* Every name in `shapes` has to be an input's name or number. */
enum ef_status ef_litert_check_shapes(struct ef_litert_model *model);

static inline struct ef_litert_signature *ef_litert_chosen(struct ef_litert_model *model) {
    return &model->signatures[model->chosen];
}

#endif /* EF_LITERT_MODEL_H */
