/* Mutates inputs of the model target: the model by its meaning, the tail by the engine. */
#include <string.h>

#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    uint8_t tail[FUZZ_TAIL_BYTES];
    if (size < FUZZ_TAIL_BYTES || max_size < 2u * FUZZ_TAIL_BYTES) return LLVMFuzzerMutate(data, size, max_size);
    size -= FUZZ_TAIL_BYTES;
    memcpy(tail, data + size, FUZZ_TAIL_BYTES);
    if (seed % 16u == 0u) (void)LLVMFuzzerMutate(tail, FUZZ_TAIL_BYTES, FUZZ_TAIL_BYTES);
    else size = fuzz_mutate_model(data, size, max_size - FUZZ_TAIL_BYTES, seed);
    memcpy(data + size, tail, FUZZ_TAIL_BYTES);
    return size + FUZZ_TAIL_BYTES;
}
