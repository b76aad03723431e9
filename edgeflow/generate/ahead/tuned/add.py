"""ADD, int8, for cores with the DSP extension: ef_add_s8_dsp.c."""

from __future__ import annotations

import struct

import numpy as np

from edgeflow.generate.ahead.tuned.records import Addition, read_addition
from edgeflow.generate.ahead.tuned.requantize import Ints, rounded_twice
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned

_RECORD = struct.Struct("<I3i2h")
_SHIFT = 21  # that the kernel has
_NEIGHBOURS = (0, 1, -1, 2, -2, 3, -3)
_FAR = 2**40


def add(site: Site) -> Tuned | str:
    """Two tensors of one size."""
    first, second = site.tensor(0), site.tensor(1)
    if first is None or second is None or not first.bytes == second.bytes == site.output.bytes:
        return "inputs of several sizes"
    addition = read_addition(site.node.record)
    plane = find_plane(addition)
    if isinstance(plane, str):
        return plane
    clamp = addition.clamp
    return Tuned(
        kernel="add_s8_dsp",
        function="ef_add_s8_dsp_invoke",
        record=_RECORD.pack(site.output.bytes, *plane, clamp.min, clamp.max),
        inputs=(0, 1),
        in_place=(0, 1),
    )


def find_plane(addition: Addition) -> tuple[int, int, int] | str:
    """a, b and c with clamp((x*a + y*b + c) >> 21) the reference's output for every x and y, or why there are none."""
    wanted = reference(addition)
    low, high = addition.clamp.min, addition.clamp.max
    slopes = [round(scale * addition.out_scale * 2**_SHIFT) for scale in addition.scales]
    if (abs(slopes[0]) + abs(slopes[1]) + 8) * 256 >= 2**31:
        return "multipliers are too large"
    inputs = np.arange(-128, 128, dtype=np.int64)
    for near_a in _NEIGHBOURS:
        for near_b in _NEIGHBOURS:
            a, b = slopes[0] + near_a, slopes[1] + near_b
            sums = inputs[:, None] * a + inputs[None, :] * b
            least = int(np.where(wanted > low, (wanted << _SHIFT) - sums, -_FAR).max())
            most = int(np.where(wanted < high, ((wanted + 1) << _SHIFT) - 1 - sums, _FAR).min())
            c = min(max((least + most) // 2, -(2**30)), 2**30)
            if least <= c <= most and int(np.abs(sums).max()) + abs(c) < 2**31:
                return a, b, c
    return "roundings that one sum does not give"


def reference(addition: Addition) -> Ints:
    """The output for each pair of inputs, [256, 256]: ef_add_s8.c."""
    inputs = np.arange(-128, 128, dtype=np.int64)
    parts: list[Ints] = []
    for number in range(2):
        widened = (inputs - addition.zero_points[number]) << 20
        parts.append(_scaled(widened, addition.multipliers[number], addition.shifts[number]))
    sums = (parts[0][:, None] + parts[1][None, :]).ravel()
    out = _scaled(sums, addition.multipliers[2], addition.shifts[2]).reshape(256, 256) + addition.clamp.zero_point
    clipped: Ints = np.clip(out, addition.clamp.min, addition.clamp.max)
    return clipped


def _scaled(values: Ints, multiplier: int, shift: int) -> Ints:
    return rounded_twice(np.array([multiplier], np.int64), np.array([shift], np.int64)).scaled(values[None, :]).ravel()
