"""Whether one measurement is faster than another, how sure that is, and what could have been seen.

Runs of one process resemble each other far more than runs of different processes do, so that a test over all samples
calls any two measurements different. What is compared are the processes: the log of each round's median, by Welch's
t-test (rounds measured in turns: by the paired t-test, which takes out what both have drifted by). A verdict other than
`same` needs that test, the Mann-Whitney test of the samples and the bootstrap interval of the ratio to agree; false
alarms are then at most as frequent as those of the t-test, whose level is LEVEL.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from edgeflow.errors import EdgeflowError

LEVEL = 0.005  # of each test, two-sided: half of the 1 % of false alarms that are allowed
POWER = 0.95  # with which the smallest visible effect would have been seen
_RESAMPLES = 2000
_SAMPLES_MAX = 400  # of one round in the Mann-Whitney test: neighbouring runs resemble each other
_RESAMPLED_SAMPLES = 50  # of one round in the bootstrap

Verdict = Literal["same", "faster", "slower", "undecided"]


@dataclass(frozen=True)
class Timing:
    """Two sets of rounds compared. `ratio` is NEW ÷ OLD of the medians; `interval99` its bootstrap interval.

    `p_rounds` and `p_samples` are two-sided (t-test of rounds, Mann-Whitney of samples). `visible` is the smallest
    relative change that these rounds would have shown in 95 of 100 repetitions; None where there is one round.
    """

    ratio: float
    interval99: tuple[float, float] | None
    p_rounds: float | None
    p_samples: float
    visible: float | None
    paired: bool
    rounds: tuple[int, int]
    verdict: Verdict


def compare_rounds(
    old: Sequence[Sequence[float]], new: Sequence[Sequence[float]], *, paired: bool = False, seed: int = 0
) -> Timing:
    """Compare the samples (µs) of rounds; `paired` where round n of both was measured in turns.

    Needs one sample at least in every round; fewer than two rounds on either side leave it `undecided`.
    """
    stats = _stats()
    sides = [[np.asarray(samples, np.float64) for samples in side] for side in (old, new)]
    medians = [np.array([np.median(samples) for samples in side]) for side in sides]
    together = [np.concatenate([_thinned(samples, _SAMPLES_MAX) for samples in side]) for side in sides]
    p_samples = float(stats.mannwhitneyu(together[0], together[1], alternative="two-sided").pvalue)
    ratio = float(np.median(np.concatenate(sides[1])) / np.median(np.concatenate(sides[0])))
    rounds = (len(sides[0]), len(sides[1]))
    paired = paired and rounds[0] == rounds[1]
    if min(rounds) < 2:
        return Timing(ratio, None, None, p_samples, None, paired, rounds, "undecided")
    logs = [np.log(side) for side in medians]
    difference, error, freedom = _paired(*logs) if paired else _welch(*logs)
    p_rounds = float(2 * stats.t.sf(abs(difference) / error, freedom)) if error else float(difference == 0)
    spread = float(stats.t.ppf(1 - LEVEL / 2, freedom) + stats.t.ppf(POWER, freedom)) * error
    interval = _interval(sides[0], sides[1], paired, seed)
    sure = p_rounds < LEVEL and p_samples < LEVEL and not interval[0] <= 1 <= interval[1]
    agree = (difference > 0) == (ratio > 1)
    verdict: Verdict = ("slower" if ratio > 1 else "faster") if sure and agree else "same"
    return Timing(ratio, interval, p_rounds, p_samples, math.expm1(min(spread, 50.0)), paired, rounds, verdict)


def _paired(old: npt.NDArray[np.float64], new: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean difference, its standard error and degrees of freedom of the paired t-test."""
    differences = new - old
    return float(differences.mean()), float(differences.std(ddof=1) / math.sqrt(len(old))), len(old) - 1.0


def _welch(old: npt.NDArray[np.float64], new: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """The same of Welch's test, with his degrees of freedom (Biometrika 34, 1947)."""
    parts = [float(side.var(ddof=1)) / len(side) for side in (old, new)]
    total = sum(parts)
    divisor = sum(part**2 / (len(side) - 1) for part, side in zip(parts, (old, new), strict=True))
    freedom = total**2 / divisor if divisor else float(len(old) + len(new) - 2)
    return float(new.mean() - old.mean()), math.sqrt(total), freedom


def _interval(
    old: Sequence[npt.NDArray[np.float64]], new: Sequence[npt.NDArray[np.float64]], paired: bool, seed: int
) -> tuple[float, float]:
    """99 % interval of the ratio: rounds are drawn with replacement, then runs within each."""
    generator = np.random.default_rng(seed)
    first = generator.integers(0, len(old), (_RESAMPLES, len(old)))
    second = first if paired else generator.integers(0, len(new), (_RESAMPLES, len(new)))
    ratios = _medians(new, second, generator) / _medians(old, first, generator)
    low, high = np.percentile(ratios, (0.5, 99.5))
    return float(low), float(high)


def _medians(
    rounds: Sequence[npt.NDArray[np.float64]], chosen: npt.NDArray[np.int64], generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The median of each resample; `chosen` [resamples, rounds] says which rounds are in it."""
    count = min(_RESAMPLED_SAMPLES, *(len(samples) for samples in rounds))
    table = np.stack([_thinned(samples, count) for samples in rounds])
    drawn = table[chosen[:, :, None], generator.integers(0, count, (*chosen.shape, count))]
    return np.asarray(np.median(drawn.reshape(len(chosen), -1), axis=1))


def _thinned(samples: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """At most `count` samples, evenly over the round."""
    if len(samples) <= count:
        return samples
    return samples[np.linspace(0, len(samples) - 1, count).astype(np.intp)]


def _stats() -> Any:
    try:
        from scipy import stats
    except ImportError:
        raise EdgeflowError("comparing needs scipy", "pip install 'edgeflow[report]'") from None
    return stats
