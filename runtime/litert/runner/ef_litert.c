/* LiteRT's functions by name. Refuses a library that lacks one of them. */
#include "ef_litert.h"

#include <dlfcn.h>
#include <string.h>

const char *ef_litert_load(struct ef_litert *litert, const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *found;
    if (!library)
        return dlerror();
#define EF_LITERT_FIND(name, result, parameters)                                                                       \
    found = dlsym(library, "LiteRt" #name);                                                                            \
    if (!found)                                                                                                        \
        return "it has no LiteRt" #name;                                                                               \
    memcpy(&litert->name, &found, sizeof found); /* C has no conversion of an object's pointer to a function's */
    EF_LITERT_FUNCTIONS(EF_LITERT_FIND)
#undef EF_LITERT_FIND
    return NULL;
}
