/* Gives the files that are named on the command line to a fuzz target, without a fuzzing engine. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

int main(int argc, char **argv) {
    for (int i = 1; i < argc; ++i) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL || fseek(file, 0, SEEK_END) != 0) return 2;
        const long size = ftell(file);
        if (size < 0 || fseek(file, 0, SEEK_SET) != 0) return 2;
        uint8_t *data = malloc((size_t)size + 1u);
        if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) return 2;
        (void)fclose(file);
        (void)fprintf(stderr, "%s\n", argv[i]); /* the last one is the culprit */
        (void)LLVMFuzzerTestOneInput(data, (size_t)size);
        free(data);
    }
    printf("%d\n", argc - 1);
    return 0;
}
