/* Each operation rounds once: no fused multiply-add, whatever the compiler's default. Include it before any function. */
#ifndef EF_WRAPPER_EXACT_H
#define EF_WRAPPER_EXACT_H

#if defined(__clang__)
#pragma clang fp contract(off)
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#endif /* EF_WRAPPER_EXACT_H */
