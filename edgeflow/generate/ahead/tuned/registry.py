"""The variants of each kernel of the interpreter, in the order in which they are tried: the fastest first."""

from __future__ import annotations

from collections.abc import Callable

from edgeflow.generate.ahead.tuned import (
    add,
    add_mve,
    average_pool_2d,
    average_pool_2d_mve,
    conv_2d,
    conv_2d_mve,
    dense_s16,
    depthwise_conv_2d,
    depthwise_conv_2d_mve,
    fully_connected,
    fully_connected_mve,
    softmax_mve,
)
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned

Variant = Callable[[Site], Tuned | str]
"""Gives the tuned kernel, or the reason why it does not apply: a few words that the generated file shows, none where it
is for other cases altogether."""

# kernel of the interpreter -> (what the core must have, the name in the reason, the variant)
VARIANTS: dict[str, tuple[tuple[str, str, Variant], ...]] = {
    "add_s8": (("mve", "add_s8_mve", add_mve.add), ("dsp", "add_s8_dsp", add.add)),
    "average_pool_2d_s8": (
        ("mve", "average_pool_2d_s8_mve", average_pool_2d_mve.average_pool_2d),
        ("dsp", "average_pool_2d_s8_dsp", average_pool_2d.whole_images),
    ),
    "conv_2d_s8": (
        ("mve", "conv_2d_s8_mve", conv_2d_mve.conv_2d),
        ("mve", "conv_2d_s8", conv_2d_mve.by_rows),
        ("dsp", "conv_2d_1x1_s8_dsp", conv_2d.one_by_one),
        ("dsp", "conv_2d_winograd_s8_dsp", conv_2d.winograd_resident),
        ("dsp", "conv_2d_winograd_s8_dsp", conv_2d.winograd_all),
        ("dsp", "conv_2d_winograd_s8_dsp", conv_2d.winograd_two),
        ("dsp", "conv_2d_s8_dsp", conv_2d.windows_at_once),
        ("dsp", "conv_2d_s8_dsp", conv_2d.windows),
    ),
    "conv_2d_s16": (("dsp", "conv_2d_s16_dsp", dense_s16.conv_2d),),
    "depthwise_conv_2d_s16": (("dsp", "depthwise_conv_2d_s16_dsp", dense_s16.depthwise_conv_2d),),
    "fully_connected_s16": (("dsp", "fully_connected_s16_dsp", dense_s16.fully_connected),),
    "fully_connected_s8": (
        ("mve", "fully_connected_s8_mve", fully_connected_mve.fully_connected),
        ("mve", "fully_connected_s8_mve", fully_connected_mve.sparing),
        ("dsp", "fully_connected_wide_s8_dsp", fully_connected.wide),
        ("dsp", "fully_connected_narrow_s8_dsp", fully_connected.narrow),
    ),
    "depthwise_conv_2d_s8": (
        ("mve", "depthwise_conv_2d_s8_mve", depthwise_conv_2d_mve.depthwise_conv_2d),
        ("dsp", "depthwise_conv_2d_3x3_s8_dsp", depthwise_conv_2d.whole),
        ("dsp", "depthwise_conv_2d_3x3_s8_dsp", depthwise_conv_2d.strips),
    ),
    "softmax_s8": (("mve", "softmax_s8_mve", softmax_mve.softmax),),
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
