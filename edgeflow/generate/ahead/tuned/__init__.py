"""Kernels that fit one operator of one model better than the interpreter's, chosen when a model is built ahead of time.

The interpreter's kernels take any model, so they check at run time what a compiler can know. Here a *variant* looks at
one operator (shapes, weights, multipliers, clamp, what the target's cores can do) and either says why it does not
apply, or gives a `Tuned`: a C function with its own record, weights and parameters in the order in which it reads them,
scratch, and the order in which it reads and writes. Whatever a function needs is checked by its variant, for these
very values; where no variant applies the interpreter's kernel stays.

    site.py        what a variant looks at
    variant.py     what it answers
    registry.py    the variants of each kernel, the fastest first
    choose.py      which of those that apply are taken, by `--optimize`

To add one: a function `(Site) -> Tuned | str` in a file of its family, a row in the registry, its C in
`runtime/core/ef_<operator>_<type>_dsp.c` or `_mve.c`. That C must build everywhere (`#if EF_HAVE_DSP`, `EF_HAVE_MVE`);
the files of the DSP family do the same in plain C elsewhere, so that the tests run them on any machine.
"""
