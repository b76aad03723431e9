"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED with int16 activations, for cores with the DSP extension.

The functions and records are the interpreter's; weights stay as the model has them. What is decided here, for the very
operator, is whether its instructions apply: then profile and generated file say so.
"""

from __future__ import annotations

from edgeflow.generate.ahead.tuned.records import read_geometry
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import ROW_DRIVERS, Tuned

_WINDOW = 2048  # values, EF_CONV_2D_S16_WINDOW
_ROWS = 12  # of a depthwise window, on the stack
_BLOCK = 508  # products that 32 bits hold, EF_S16_BLOCK


def conv_2d(site: Site) -> Tuned | str:
    """Four windows at a time, laid out in scratch: ef_conv_2d_s16_dsp.c."""
    geometry, weights = read_geometry(site.node.record), site.tensor(1)
    if weights is None or weights.shape[3] != geometry.in_c:
        return "several groups"
    values = geometry.kernel_h * geometry.kernel_w * geometry.in_c
    if values > _WINDOW:
        return f"{values} values in a window"
    return _same(site, "conv_2d_s16", by_rows=True)


def depthwise_conv_2d(site: Site) -> Tuned | str:
    """Four channels at a time: ef_depthwise_conv_2d_s16_dsp.c."""
    geometry = read_geometry(site.node.record)
    if geometry.in_c != geometry.out_c:
        return f"{geometry.out_c} channels of {geometry.in_c}"
    if geometry.in_c < 4:
        return f"{geometry.in_c} channels"
    if geometry.kernel_h > _ROWS or geometry.kernel_h * geometry.kernel_w > _BLOCK:
        return f"a window of {geometry.kernel_h} x {geometry.kernel_w}"
    return _same(site, "depthwise_conv_2d_s16", by_rows=True)


def fully_connected(site: Site) -> Tuned | str:
    """Four channels at a time: ef_dot_s16.c."""
    weights = site.tensor(1)
    if weights is None or weights.shape[1] < 4:
        return "fewer than four values a channel"
    return _same(site, "fully_connected_s16", by_rows=False)


def _same(site: Site, kernel: str, *, by_rows: bool) -> Tuned:
    return Tuned(
        kernel=f"{kernel}_dsp",
        function=f"ef_{kernel}_{'row' if by_rows else 'invoke'}",
        record=site.node.record,
        inputs=(0, 1, 2 if site.tensor(2) is not None else None),
        scratch_bytes=site.node.scratch_bytes if site.node.scratch is not None else 0,
        drivers=ROW_DRIVERS if by_rows else None,
    )
