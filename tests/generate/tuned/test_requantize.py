"""One multiplication in place of the reference's roundings: equal for every sum of the range, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from edgeflow.generate.ahead.tuned.requantize import (
    SCALE,
    Clamp,
    Ints,
    Lines,
    Staircase,
    find_lines,
    rounded_once,
    rounded_twice,
)

REACH = 30_000  # sums on both sides of 0, all of which are tried
RELU = Clamp(-128, -128, 127)


def staircases(rng: np.random.Generator, twice: bool, channels: int = 24) -> Staircase:
    """Multipliers that spread sums of REACH over the output, powers of two and their neighbours among them."""
    if not twice:
        reals = 10.0 ** rng.uniform(-3.5, -2, channels)
        reals[:4] = [2.0**-8, 2.0**-9, 1 / 300, 1 / 500]
        return rounded_once(reals)
    multipliers = rng.integers(2**30, 2**31, channels)
    multipliers[:3] = [2**30, 2**31 - 1, 2**30 + 1]
    return rounded_twice(multipliers.astype(np.int64), rng.integers(-10, -5, channels).astype(np.int64))


def through(lines: Lines, sums: Ints) -> Ints:
    """What a kernel computes, in the order in which it does."""
    product = (SCALE * sums[None, :] + lines.offsets[:, None]) * lines.multipliers[:, None]
    return ((product >> 32) + lines.added) >> lines.shift


@pytest.mark.parametrize("clamp", [RELU, Clamp(-128, -128, 90), Clamp(-100, -100, 127), Clamp(-30, -20, 60)])
@pytest.mark.parametrize("seed", range(4))
def test_sums_of_a_relu_become_the_very_bytes_of_two_roundings(seed: int, clamp: Clamp) -> None:
    stairs = staircases(np.random.default_rng([1, seed]), True)
    sums = np.arange(-REACH, REACH + 1)
    low, high = np.full(24, -REACH), np.full(24, REACH)
    lines = find_lines(stairs, low, high, clamp, 12)
    assert isinstance(lines, Lines)
    wanted = stairs.scaled(np.broadcast_to(sums, (24, sums.size))) + clamp.zero_point
    assert np.array_equal(
        np.clip(np.clip(through(lines, sums), -128, 127), clamp.min, clamp.max), np.clip(wanted, clamp.min, clamp.max)
    )


@pytest.mark.parametrize("seed", range(4))
def test_sums_of_both_signs_become_the_very_bytes_of_one_rounding(seed: int) -> None:
    stairs = staircases(np.random.default_rng([2, seed]), False)
    sums = np.arange(-REACH, REACH + 1)
    clamp = Clamp(int(np.random.default_rng(seed).integers(-60, 60)), -128, 127)
    found = [find_lines(stairs, np.full(24, -REACH), np.full(24, REACH), clamp, shift) for shift in (12, 14)]
    lines = next(one for one in found if isinstance(one, Lines))
    wanted = stairs.scaled(np.broadcast_to(sums, (24, sums.size))) + clamp.zero_point
    assert np.array_equal(np.clip(through(lines, sums), -128, 127), np.clip(wanted, -128, 127))


def test_two_roundings_of_both_signs_are_refused() -> None:
    stairs = staircases(np.random.default_rng(3), True)
    answer = find_lines(stairs, np.full(24, -REACH), np.full(24, REACH), Clamp(3, -128, 127), 12)
    assert isinstance(answer, str) and "rounding" in answer


def test_what_does_not_fit_into_32_bits_is_refused() -> None:
    stairs = staircases(np.random.default_rng(4), True)
    assert "too large" in str(find_lines(stairs, np.full(24, 0), np.full(24, 2**23), RELU, 12))
    large = rounded_twice(np.full(4, 2**30, np.int64), np.zeros(4, np.int64))
    assert "too large" in str(find_lines(large, np.full(4, -100), np.full(4, 100), RELU, 12))


def test_a_step_that_is_moved_by_one_sum_is_noticed() -> None:
    stairs = rounded_twice(np.array([1_500_000_000]), np.array([-8]))
    lines = find_lines(stairs, np.array([-REACH]), np.array([REACH]), RELU, 12)
    assert isinstance(lines, Lines)
    sums = np.arange(-REACH, REACH + 1)
    wanted = np.clip(stairs.scaled(sums[None, :]) - 128, -128, 127)
    for offset in (-SCALE, SCALE):
        moved = Lines(lines.multipliers, lines.offsets + offset, lines.shift, lines.added)
        assert not np.array_equal(np.clip(through(moved, sums), -128, 127), wanted)
