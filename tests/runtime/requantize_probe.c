/* The inline functions of ef_requantize.h and ef_exp.h as functions of a shared library, for ctypes. */
#include "ef_exp.h"
#include "ef_requantize.h"

void probe_real(float a, float b, float c, uint32_t out[2], int32_t *exponent);
int32_t probe_requantize_real(int32_t x, float a, float b, float c);
int32_t probe_requantize(int32_t x, int32_t multiplier, int32_t shift);
float probe_exp(float x);

void probe_real(float a, float b, float c, uint32_t out[2], int32_t *exponent) {
    const struct ef_real real = ef_real_unpack(ef_real_pack(ef_real_of_scales(a, b, c)));
    out[0] = real.high;
    out[1] = real.low;
    *exponent = real.exponent;
}

int32_t probe_requantize_real(int32_t x, float a, float b, float c) {
    return ef_requantize_packed(x, ef_real_pack(ef_real_of_scales(a, b, c)));
}

int32_t probe_requantize(int32_t x, int32_t multiplier, int32_t shift) { return ef_requantize(x, multiplier, shift); }

float probe_exp(float x) { return ef_exp(x); }
