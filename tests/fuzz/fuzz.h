/* What the fuzz targets, their mutators and the replay driver share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The fuzzing engine's names. A target takes any bytes and returns 0; what it must not see it aborts on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Change the .tflite in `data` by what its tables mean; returns its new size, at most `max_size`. */
size_t fuzz_mutate_model(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#define FUZZ_TAIL_BYTES 4u /* at the end of an input of the model target: how to prepare, not part of the model */

/* Input of the link target: FUZZ_HEAD_BYTES, then records of u8 kind, u16 size, bytes. */
#define FUZZ_HEAD_BYTES 4u
#define FUZZ_RECORD_BYTES 3u

enum fuzz_record {
    FUZZ_RAW = 0,     /* bytes as they are */
    FUZZ_FRAME = 1,   /* sequence, code, payload: sent as a whole frame */
    FUZZ_UPLOAD = 2,  /* a model: announced with its digest, sent in chunks, committed, activated, opened */
    FUZZ_CUT = 3,     /* u16 steps of flash until the power goes, u8 way */
    FUZZ_RESTART = 4, /* the stream ends; the board starts again */
    FUZZ_KINDS = 5,
    FUZZ_BUSY = 0x80  /* with a kind: arrives while the board is working, not only when it waits */
};

#endif /* FUZZ_H */
