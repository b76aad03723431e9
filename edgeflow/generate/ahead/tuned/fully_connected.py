"""FULLY_CONNECTED, int8, for cores with the DSP extension: ef_fully_connected_s8_dsp.c."""

from __future__ import annotations

import struct
from functools import partial

import numpy as np

from edgeflow.generate.ahead.tuned.packing import paired_weights, value_order, words
from edgeflow.generate.ahead.tuned.records import read_connected, sums_range
from edgeflow.generate.ahead.tuned.requantize import SCALE, Ints, Lines, find_lines, rounded_once
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Array, Tuned

_RECORD = struct.Struct("<3I2i2h")
_SHIFTS = range(18, 5, -1)


def _connected(site: Site, *, wide: bool) -> Tuned | str:
    connected = read_connected(site.node.record)
    if connected.depth % 8:
        return f"{connected.depth} values a channel are no multiple of 8"
    values, given = site.values(1), site.values(2)
    if values is None or (given is None and site.tensor(2) is not None):
        return "weights or bias are not constant"
    weights = values.astype(np.int64).reshape(connected.channels, connected.depth)
    bias = np.zeros(connected.channels, np.int64) if given is None else given.astype(np.int64).ravel()
    low, high = sums_range(weights, bias, connected.in_zero_point)
    staircase = rounded_once(connected.reals)
    reason = ""
    for shift in _SHIFTS:
        lines = find_lines(staircase, low, high, connected.clamp, shift)
        if isinstance(lines, str):
            reason = reason or lines
        elif not lines.offsets.any():
            break
    else:
        return reason or "roundings that one multiplication does not give"
    whole = connected.channels & ~3
    paired = paired_weights(weights[:whole], value_order(1, connected.depth)) if whole else b""
    if isinstance(paired, str):
        return paired
    bias = bias - connected.in_zero_point * weights.sum(axis=1)
    name = "wide" if wide else "narrow"
    return Tuned(
        kernel=f"fully_connected_{name}_s8_dsp",
        function=f"ef_fully_connected_{name}_s8_dsp_invoke",
        record=_RECORD.pack(
            connected.rows,
            connected.depth,
            connected.channels,
            lines.added,
            lines.shift,
            connected.clamp.min,
            connected.clamp.max,
        ),
        inputs=(
            0,
            Array("int8_t", paired + weights[whole:].astype(np.int8).tobytes(), "paired weights"),
            Array("int32_t", _parameters(bias, lines, whole), "biases and multipliers", 4 * connected.channels),
        ),
        scratch_bytes=2 * connected.depth if wide else 0,
    )


def _parameters(bias: Ints, lines: Lines, whole: int) -> bytes:
    """X01 B1 X23 B3 m0 m1 m2 m3 for each four channels; bias and multiplier for each of the last."""
    b, m = bias[:whole].reshape(-1, 4), lines.multipliers[:whole].reshape(-1, 4)
    even = SCALE * b[:, 0::2] + b[:, 1::2]
    blocks = np.stack([even[:, 0], b[:, 1], even[:, 1], b[:, 3], m[:, 0], m[:, 1], m[:, 2], m[:, 3]], axis=1)
    last = np.stack([bias[whole:], lines.multipliers[whole:]], axis=1)
    return words(blocks) + words(last)


wide = partial(_connected, wide=True)
narrow = partial(_connected, wide=False)
