/* Functions of a float, for compilers without a C library. Computed in double, so that the result is the nearest float or
 * the one beside it; slower than a C library's. */
#include <math.h>

#define ROOT_PI 1.7724538509055160273

float expm1f(float x) {
    const double wide = (double)x;
    if (wide > -1e-8 && wide < 1e-8)
        return x; /* x + x * x / 2, and exp(x) - 1 would cancel */
    return (float)(exp(wide) - 1.0);
}

float tanhf(float x) {
    const double wide = (double)x;
    if (wide > -1e-4 && wide < 1e-4)
        return x; /* x - x * x * x / 3 */
    if (wide > 10.0)
        return 1.0f;
    if (wide < -10.0)
        return -1.0f;
    const double power = exp(2.0 * wide); /* a NaN stays one */
    return (float)((power - 1.0) / (power + 1.0));
}

/* 1 - erf(x) by the Maclaurin series of erf, 0 <= x < 2.5: its terms stay below 100, the sum is good to 1e-14. */
static double by_series(double x) {
    double term = x, sum = x;
    for (int n = 1; n < 60; n++) {
        term *= -x * x / (double)n;
        sum += term / (double)(2 * n + 1);
    }
    return 1.0 - 2.0 / ROOT_PI * sum;
}

/* The continued fraction of erfc, x >= 2.5: x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...))). */
static double by_fraction(double x) {
    double below = x;
    for (int n = 60; n > 0; n--)
        below = x + 0.5 * (double)n / below;
    return exp(-x * x) / (ROOT_PI * below);
}

float erfcf(float x) {
    const double wide = (double)x, size = wide < 0.0 ? -wide : wide;
    if (isnan(x))
        return x;
    const double above = size < 2.5 ? by_series(size) : size < 20.0 ? by_fraction(size) : 0.0;
    return (float)(wide < 0.0 ? 2.0 - above : above);
}
