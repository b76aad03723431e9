/* The smallest program that holds edgeflow's runtime with every kernel, or with those of ONLY: what footprint.py
 * measures. */
#include "ef_runtime.h"

#ifdef ONLY
static const struct ef_kernel *const only[] = {ONLY NULL};
#define KERNELS only
#else
#define KERNELS ef_kernels_all
#endif

static struct ef_model model;
static struct ef_interpreter interpreter;

int main(void);

int main(void)
{
    /* volatile: the compiler may not know the bytes, so it keeps everything */
    static const uint8_t *volatile bytes;
    static uint8_t *volatile arena;
    static volatile size_t size;
    struct ef_error error;
    struct ef_options options = {KERNELS, NULL, -1, 0, 0};
    struct ef_tensor tensor;
    if (ef_model_init(&model, bytes, size, &error) != EF_OK) return 1;
    if (ef_interpreter_prepare(&interpreter, &model, arena, size, &options, &error) != EF_OK) return 2;
    if (ef_interpreter_input(&interpreter, 0, &tensor) != EF_OK) return 3;
    if (ef_interpreter_invoke(&interpreter, NULL) != EF_OK) return 4;
    return ef_interpreter_output(&interpreter, 0, &tensor) == EF_OK ? 0 : 5;
}
