/* The exponential function in integer arithmetic: the same bits on every machine, no C library, error below 0.51 units
 * in the last place. */
#ifndef EF_EXP_H
#define EF_EXP_H

/* e^x; 0 below -103.97, infinity above 88.72, x itself when it is no number. */
float ef_exp(float x);

#endif /* EF_EXP_H */
