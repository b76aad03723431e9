/* Functions of one float that operators need beside ef_exp(), each as the reference kernels compute it in float32: with the
 * C library's functions, so that they are as good as those (1 to 2 units in the last place). */
#ifndef EF_FUNCTIONS_F32_H
#define EF_FUNCTIONS_F32_H

float ef_root(float x);
float ef_tanh(float x);
float ef_log(float x);
float ef_elu(float x);                /* x below 0: e^x - 1 */
float ef_gelu(float x);               /* x times the normal distribution at x */
float ef_gelu_approximated(float x);  /* the same by tanh */

#endif /* EF_FUNCTIONS_F32_H */
