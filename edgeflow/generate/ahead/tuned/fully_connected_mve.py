"""FULLY_CONNECTED, int8, for Helium: runtime/core/ef_fully_connected_s8_mve.c.

The reference multiplies by a double and rounds halves away from zero. Both that and the kernel's

    (sum * multiplier >> 31) * 2^shift, halves up

are staircases that never fall, so they are equal for every sum of a range if they are equal on both sides of each of
the at most 255 steps. A multiplier of 31 bits for which they are is found among the neighbours of the nearest one.
"""

from __future__ import annotations

import struct

import numpy as np

from edgeflow.generate.ahead.tuned.mve import ANY, RELU, clamp_kind, growth, up
from edgeflow.generate.ahead.tuned.records import sums_range
from edgeflow.generate.ahead.tuned.requantize import Clamp, Ints, rounded_once
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Array, Tuned

_HEAD = struct.Struct("<3I4hI")  # of the record of fully_connected_s8; packed reals follow
_RECORD = struct.Struct("<3I2H3hH")
_CHUNKS = (128, 16)  # channels whose sums are kept: half a KB, or a vector of outputs
_NEIGHBOURS = (0, 1, 2, -1, 3, -2)


def fully_connected(site: Site) -> Tuned | str:
    """Any sizes, one row or rows of a multiple of 16."""
    return _fully_connected(site, _CHUNKS[0])


def sparing(site: Site) -> Tuned | str:
    """The same with next to no scratch."""
    return _fully_connected(site, _CHUNKS[1])


def _fully_connected(site: Site, at_once: int) -> Tuned | str:
    rows, depth, channels, in_zero_point, zero_point, low, high, count = _HEAD.unpack_from(site.node.record)
    values, given = site.values(1), site.values(2)
    if values is None or (given is None and site.tensor(2) is not None):
        return "weights or bias are not constant"
    if depth % 16 and rows > 1:
        return f"several rows of {depth}"
    weights = values.astype(np.int64)
    bias = np.zeros(channels, np.int64) if given is None else given.astype(np.int64).ravel()
    deep, groups = up(depth, 16), -(-channels // 8)
    if why := growth(site, deep * groups * 8 - weights.size):
        return why
    clamp = Clamp(zero_point, low, high)
    least, most = sums_range(weights, bias, in_zero_point)
    found = _find(_reals(site.node.record, count), least, most, clamp)
    if isinstance(found, str):
        return found
    multipliers, shifts = found
    padded = np.zeros((groups * 8, deep), np.int64)
    padded[:channels, :depth] = weights
    laid = padded.reshape(groups, 8, deep // 16, 16).transpose(0, 2, 1, 3)
    folded = np.zeros(groups * 8, np.int64)
    folded[:channels] = bias - in_zero_point * weights.sum(axis=1)
    if count > 1:
        multipliers, shifts = _by_parts(multipliers), _by_parts(shifts)
    chunk = min(at_once, up(channels, 16))
    kind = RELU if clamp_kind(clamp) == RELU else ANY
    return Tuned(
        kernel="fully_connected_s8_mve",
        function="ef_fully_connected_128_s8_mve" if deep == 128 else "ef_fully_connected_s8_mve",
        record=_RECORD.pack(rows, deep, channels, chunk, int(count > 1), zero_point, low, high, kind),
        inputs=(
            0,
            Array("int8_t", bytes(laid.astype("<i1").tobytes()), "weights"),
            Array("int32_t", bytes((folded & 0xFFFFFFFF).astype("<u4").tobytes()), "biases"),
            Array("int32_t", bytes(multipliers.astype("<i4").tobytes()), "multipliers"),
            Array("int8_t", bytes(shifts.astype("<i1").tobytes()), "shifts"),
        ),
        scratch_bytes=4 * chunk,
    )


def _by_parts(values: Ints) -> Ints:
    """Sixteen channels in the order 0, 4, 8, 12, 1, 5 and so on."""
    padded = np.pad(values, (0, up(len(values), 16) - len(values)))
    return padded.reshape(-1, 4, 4).transpose(0, 2, 1).ravel()


def _reals(record: bytes, count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The packed reals of a record: the very doubles."""
    packed = np.frombuffer(record, "<u4", 2 * count, _HEAD.size).reshape(count, 2).astype(np.int64)
    exponents = (packed[:, 0] ^ 2**31) - 2**31 >> 21
    significands = (packed[:, 0] & 0x1FFFFF) << 32 | packed[:, 1]
    return np.ldexp(significands.astype(np.float64), exponents.astype(np.int32))


def _find(
    reals: np.ndarray[tuple[int], np.dtype[np.float64]], least: Ints, most: Ints, clamp: Clamp
) -> tuple[Ints, Ints] | str:
    """Multipliers and shifts, one for each real."""
    if least.min() < -(2**31) or most.max() >= 2**31:
        return "sums are too large"
    if len(reals) == 1:
        least, most = least.min(keepdims=True), most.max(keepdims=True)
    mantissas, exponents = np.frexp(reals)
    shifts = exponents.astype(np.int64)
    if shifts.max() > -1 or shifts.min() < -30:
        return "multipliers of 1/2 or more, or next to nothing"
    levels = np.arange(clamp.min + 1, clamp.max + 1, dtype=np.int64) - clamp.zero_point
    staircase = rounded_once(reals)
    steps = _steps(staircase.scaled, least, most, levels)
    nearest = np.rint(np.ldexp(mantissas, 31)).astype(np.int64)
    multipliers, wanted = np.zeros_like(nearest), np.ones(len(nearest), bool)
    reached, before = steps <= most[:, None], steps > least[:, None]
    for neighbour in _NEIGHBOURS:
        tried = np.clip(nearest + neighbour, 2**30, 2**31 - 1)
        here, below = _once(steps, tried, shifts), _once(steps - 1, tried, shifts)
        good = np.all((~reached | (here >= levels)) & (~before | (below < levels)), axis=1)
        multipliers = np.where(wanted & good, tried, multipliers)
        wanted &= ~good
    return "roundings that a multiplier of 31 bits does not give" if wanted.any() else (multipliers, shifts)


def _once(sums: Ints, multipliers: Ints, shifts: Ints) -> Ints:
    """VQDMULH, then VRSHL."""
    high = sums * multipliers[:, None] >> 31
    right = -shifts[:, None]
    return high + (np.int64(1) << (right - 1)) >> right


def _steps(value: object, least: Ints, most: Ints, levels: Ints) -> Ints:
    """The least sum that reaches each level, most + 1 where none does: [C, levels]."""
    assert callable(value)
    low = np.broadcast_to(least[:, None], (len(least), levels.size)).copy()
    high = np.broadcast_to(most[:, None] + 1, low.shape).copy()
    while np.any(low < high):
        middle = low + high >> 1
        up_to = value(middle) >= levels
        high = np.where((low < high) & up_to, middle, high)
        low = np.where((low < high) & ~up_to, middle + 1, low)
    return low
