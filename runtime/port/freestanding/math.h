/* For compilers without a C library: what the runtime takes of <math.h>. Functions of the first group come with the
 * compiler's own run-time library (zig's has them), those of the second are in ef_math.c. */
#ifndef EF_FREESTANDING_MATH_H
#define EF_FREESTANDING_MATH_H

#define INFINITY (__builtin_inff())
#define NAN (__builtin_nanf(""))
#define isnan(x) (__builtin_isnan(x))
#define isinf(x) (__builtin_isinf(x))

double exp(double x);
double round(double x);
double sqrt(double x);
float sqrtf(float x);
float logf(float x);
float floorf(float x);
float ceilf(float x);

float expm1f(float x);
float tanhf(float x);
float erfcf(float x);

#endif /* EF_FREESTANDING_MATH_H */
