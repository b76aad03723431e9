"""Weights and parameters in the order in which the DSP kernels read them (runtime/core/ef_mat_mul_s8_dsp.h)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edgeflow.generate.ahead.tuned.requantize import SCALE, Ints, Lines


def value_order(rows: int, count: int) -> npt.NDArray[np.intp]:
    """Which value each place of a pair holds, [pairs, 2]; -1 is none. `rows` rows of `count` values.

    By fours as pairs (0, 2), (1, 3) as far as a row goes, then what is left of the rows as neighbours.
    """
    fours = count & ~3
    by_row = np.arange(rows * count).reshape(rows, count)
    first = by_row[:, :fours].reshape(-1, 2, 2).transpose(0, 2, 1).reshape(-1, 2)
    rest = by_row[:, fours:].ravel()
    if rest.size % 2:
        rest = np.append(rest, -1)
    return np.concatenate([first, rest.reshape(-1, 2)])


def paired_weights(weights: Ints, order: npt.NDArray[np.intp]) -> bytes | str:
    """Weights [C, K], C a multiple of 4, as halves 256 * even channel + odd channel; or why that cannot be."""
    padded = np.concatenate([weights, np.zeros((len(weights), 1), np.int64)], axis=1)[:, order]  # [C, pairs, 2]
    halves = SCALE * padded[0::2] + padded[1::2]
    if halves.min() < -(2**15) or halves.max() >= 2**15:
        return "a weight of -128 beside a negative one"
    blocks = halves.reshape(len(weights) // 4, 2, len(order), 2).transpose(0, 2, 1, 3)
    return bytes(blocks.astype("<i2").tobytes())


def line_parameters(bias: Ints, lines: Lines) -> bytes:
    """Ten words for each four channels: X01 B1 X23 B3 | m0 m1 z1 | m2 m3 z3."""
    b, m, z = bias.reshape(-1, 4), lines.multipliers.reshape(-1, 4), lines.offsets.reshape(-1, 4)
    even = SCALE * b[:, 0::2] + z[:, 0::2] + b[:, 1::2]
    columns = [even[:, 0], b[:, 1], even[:, 1], b[:, 3], m[:, 0], m[:, 1], z[:, 1], m[:, 2], m[:, 3], z[:, 3]]
    return words(np.stack(columns, axis=1))


def twice_parameters(bias: Ints, multipliers: Ints, shifts: Ints) -> bytes:
    """Twelve words for each four channels: B1 B3 | b0 m0 r0 | m1 r1 | b2 m2 r2 | m3 r3."""
    b, m = bias.reshape(-1, 4), 2 * multipliers.reshape(-1, 4)
    r = np.left_shift(np.int64(1), 32 + shifts.reshape(-1, 4))
    columns = [b[:, 1], b[:, 3], b[:, 0], m[:, 0], r[:, 0], m[:, 1], r[:, 1]]
    columns += [b[:, 2], m[:, 2], r[:, 2], m[:, 3], r[:, 3]]
    return words(np.stack(columns, axis=1))


def words(values: Ints) -> bytes:
    """As 32-bit words, wrapping."""
    return bytes((values & 0xFFFFFFFF).astype("<u4").tobytes())
