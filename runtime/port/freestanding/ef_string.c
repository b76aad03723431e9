/* Text, for compilers without a C library. */
#include <string.h>

size_t strlen(const char *text) {
    size_t size = 0;
    while (text[size] != '\0')
        size++;
    return size;
}

int strcmp(const char *left, const char *right) {
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return (int)(unsigned char)*left - (int)(unsigned char)*right;
}
