"""Requantization by one multiply-add, where it gives the very bytes that the reference's roundings give.

What a reference kernel makes of a sum (multiplier, roundings, zero point, clamp) is a staircase: it never falls, and
has at most 255 steps. So does

    clamp(((multiplier * (256 * sum + offset) >> 32) + (zero_point << shift) + 2^(shift - 1)) >> shift)

which takes two or three instructions. The two are equal for every sum of a range if they are equal on both sides of
each step. `find_lines` takes the steps of the reference by bisection and solves for multiplier and offset; where there
are none, as for sums of both signs that are rounded away from zero twice, it says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SCALE = 256  # by which sums come multiplied
_NEIGHBOURS = (0, 1, -1, 2, -2, 3, -3, 4, -4)
_MARGIN = 1024  # offsets are smaller
_FAR = 2**40  # a sum beyond every step


@dataclass(frozen=True)
class Clamp:
    """Of a fused activation, in quantized terms, with the output's zero point."""

    zero_point: int
    min: int
    max: int


@dataclass(frozen=True)
class Lines:
    """What is above: multiplier and offset of each channel (int32), one shift; `added` is the rest of the sum."""

    multipliers: Ints
    offsets: Ints
    shift: int
    added: int


@dataclass(frozen=True)
class Staircase:
    """What a reference kernel makes of sums [C, n] before the zero point, its slopes, and where about the line lies."""

    scaled: Callable[[Ints], Ints]
    reals: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.float64]


def rounded_twice(multipliers: Ints, shifts: Ints) -> Staircase:
    """CONV_2D and DEPTHWISE_CONV_2D: ef_requantize()."""
    left = np.maximum(shifts, 0)[:, None]
    right = np.maximum(-shifts, 0)[:, None]
    half = np.where(right > 0, np.int64(1) << np.maximum(right - 1, 0), 0)

    def scaled(sums: Ints) -> Ints:
        high = ((sums << left) * multipliers[:, None] + (1 << 30)) >> 31
        return np.where(right > 0, (high + np.where(high < 0, -1, 0) + half) >> right, high)

    reals = np.ldexp(multipliers.astype(np.float64), shifts - 31)
    # the first rounding lifts a sum by half a unit of its result, for sums above 0
    offsets = np.where(shifts < 0, SCALE * 2.0**30 / np.maximum(multipliers, 1), 0.0)
    return Staircase(scaled, reals, offsets)


def rounded_once(reals: npt.NDArray[np.float64]) -> Staircase:
    """FULLY_CONNECTED, times a double and halves away from zero: ef_requantize_packed()."""

    def scaled(sums: Ints) -> Ints:
        product = sums.astype(np.float64) * reals[:, None]
        whole = np.trunc(product)
        return (whole + np.where(np.abs(product - whole) >= 0.5, np.copysign(1.0, product), 0.0)).astype(np.int64)

    return Staircase(scaled, reals, np.zeros_like(reals))


def find_lines(staircase: Staircase, low: Ints, high: Ints, clamp: Clamp, shift: int) -> Lines | str:
    """Multipliers and offsets for sums of low[c]..high[c], or why there are none. The shift is one that a kernel has.

    The result still has to be clamped to min..max, of which saturation to int8 does what it can.
    """
    if int(low.min()) * SCALE < -(2**31) + _MARGIN or int(high.max()) * SCALE >= 2**31 - _MARGIN:
        return "sums are too large"
    levels = np.arange(clamp.min + 1, clamp.max + 1, dtype=np.int64)
    if levels.size == 0:
        return "one output value"
    farthest = (np.maximum(np.abs(low), np.abs(high)) * staircase.reals).max() + 256
    if staircase.reals.max() >= 2.0 ** (7 - shift) or farthest >= 2.0 ** (31 - shift):
        return "multipliers are too large"
    steps = _steps(lambda sums: staircase.scaled(sums) + clamp.zero_point, low, high, levels)
    target = ((2 * (levels - clamp.zero_point) - 1) << (shift - 1)) << 32
    found = Lines(np.zeros_like(low), np.zeros_like(low), shift, (clamp.zero_point << shift) + (1 << (shift - 1)))
    open_ = np.ones(len(low), bool)
    centre = np.rint(staircase.offsets).astype(np.int64)
    for neighbour in _NEIGHBOURS:
        tried = np.flatnonzero(open_)
        if tried.size == 0:
            return found
        offset = centre[tried] + neighbour
        reaching = np.where(steps <= high[:, None], SCALE * steps, _FAR)[tried] + offset[:, None]
        before = np.where(steps > low[:, None], SCALE * (steps - 1), -_FAR)[tried] + offset[:, None]
        multiplier, good = _between(target, reaching, before)
        found.multipliers[tried[good]] = multiplier[good]
        found.offsets[tried[good]] = offset[good]
        open_[tried[good]] = False
    if open_.any():
        return "roundings that one multiplication does not give"
    return found


def _between(target: Ints, reaching: Ints, before: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """A multiplier m of each channel with m * reaching >= target > m * before for all steps, and whether there is."""
    least = np.ones(len(reaching), np.int64)
    most = np.full(len(reaching), 2**31 - 1, np.int64)
    for factor, wanted in ((reaching, target), (-before, 1 - target)):
        # m * factor >= wanted
        safe = np.where(factor == 0, 1, factor)
        up = np.where(factor > 0, -((-wanted) // safe), np.where((factor == 0) & (wanted > 0), 2**31, 0)).max(axis=1)
        down = np.where(factor < 0, wanted // safe, 2**31 - 1).min(axis=1)
        least, most = np.maximum(least, up), np.minimum(most, down)
    return (least + most) // 2, least <= most


def _steps(value: Callable[[Ints], Ints], low: Ints, high: Ints, levels: Ints) -> Ints:
    """The least sum in low..high that reaches each level; high + 1 where none does: [C, levels]."""
    below = np.broadcast_to(low[:, None], (len(low), levels.size)).copy()
    above = np.broadcast_to(high[:, None] + 1, below.shape).copy()
    while True:
        if not (below < above).any():
            return below
        middle = (below + above) >> 1
        reached = value(middle) >= levels[None, :]
        moving = below < above
        above = np.where(moving & reached, middle, above)
        below = np.where(moving & ~reached, middle + 1, below)
