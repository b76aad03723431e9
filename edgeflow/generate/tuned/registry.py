"""The variants of each kernel of the interpreter, in the order in which they are tried: the fastest first."""

from __future__ import annotations

from collections.abc import Callable

from edgeflow.generate.tuned import conv_2d
from edgeflow.generate.tuned.site import Site
from edgeflow.generate.tuned.variant import Tuned

Variant = Callable[[Site], Tuned | str]
"""Gives the tuned kernel, or the reason why it does not apply: a few words that the generated file shows, none where the
variant is for other cases altogether."""

# kernel of the interpreter -> (what the core must have, the name in the reason, the variant)
VARIANTS: dict[str, tuple[tuple[str, str, Variant], ...]] = {
    "conv_2d_s8": (
        ("dsp", "conv_2d_1x1_s8_dsp", conv_2d.one_by_one),
        ("dsp", "conv_2d_s8_dsp", conv_2d.windows),
    ),
}


def variants(site: Site) -> tuple[tuple[Tuned, ...], tuple[str, ...]]:
    """All that apply to an operator, fastest first, and why others do not ("conv_2d_s8_dsp: weights of -128")."""
    found: list[Tuned] = []
    reasons: list[str] = []
    for feature, name, variant in VARIANTS.get(site.node.kernel, ()):
        if feature not in site.features:
            continue
        answer = variant(site)
        if isinstance(answer, Tuned):
            found.append(answer)
        elif answer:
            reasons.append(f"{name}: {answer}")
    return tuple(found), tuple(reasons)
