"""Whether one measurement is faster than another, how sure that is, and what could have been seen.

Runs of one process resemble each other far more than runs of different processes do, so that a test over all samples
calls any two measurements different. What is compared are the processes: the log of each round's median, by Welch's
t-test (rounds measured in turns: by the paired t-test, which takes out what both have drifted by).

One process in eight that a busy machine slows down by a third makes these tests blind. From nine rounds on the means
are therefore trimmed as well (Yuen, Biometrika 61, 1974: the outer quarter at either end says nothing of where the
middle lies), each of the two tests gets half of the level, and the surer one counts.

A verdict other than `same` needs that, the Mann-Whitney test of the samples and the bootstrap interval of the ratio to
agree. How often it is wrong is measured by hardware/benchmarks/ab.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from edgeflow.errors import EdgeflowError

LEVEL = 0.005  # of each test, two-sided: half of the 1 % of false alarms that are allowed
POWER = 0.95  # with which the smallest visible effect would have been seen
_TRIMMED = 0.25  # of the rounds at either end
_TRIMMED_FROM = 9  # rounds
_RESAMPLES = 2000
_SAMPLES_MAX = 400  # of one round in the Mann-Whitney test: neighbouring runs resemble each other
_RESAMPLED_SAMPLES = 50  # of one round in the bootstrap
_REDRAWN = 200  # medians of each round

Verdict = Literal["same", "faster", "slower", "undecided"]


@dataclass(frozen=True)
class Timing:
    """Two sets of rounds compared. `ratio` is NEW ÷ OLD of the medians; `interval99` the bootstrap interval of it.

    `p_rounds` and `p_samples` are two-sided (t-tests of rounds, Mann-Whitney of samples). `visible` is the smallest
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
    found = _rounds_differ(medians[0], medians[1], paired)
    interval = _interval(sides[0], sides[1], paired, seed)
    middle = float(np.median(medians[1]) / np.median(medians[0]))
    visible = max(found.visible, _visible_of(interval, middle))
    sure = found.p < LEVEL and p_samples < LEVEL and not interval[0] <= 1 <= interval[1]
    agree = (found.difference > 0) == (ratio > 1)
    verdict: Verdict = ("slower" if ratio > 1 else "faster") if sure and agree else "same"
    return Timing(ratio, interval, found.p, p_samples, visible, paired, rounds, verdict)


def would_show(old: Sequence[Sequence[float]], new: Sequence[Sequence[float]], change: float) -> bool:
    """Whether `Timing.visible` of rounds measured in turns is at most `change`; how they differ does not matter."""
    if len(old) < 2:
        return False
    medians = [np.array([np.median(np.asarray(samples, np.float64)) for samples in side]) for side in (old, new)]
    if _rounds_differ(medians[0], medians[1], True).visible > change:
        return False
    visible = compare_rounds(old, new, paired=True).visible
    return visible is not None and visible <= change


def _visible_of(interval: tuple[float, float], ratio: float) -> float:
    """The change beyond which an interval of this width would leave out 1 in 95 of 100 repetitions."""
    quantile = NormalDist().inv_cdf
    reach = 1 + quantile(POWER) / quantile(0.995)
    widest = max(math.log(ratio / interval[0]), math.log(interval[1] / ratio)) if interval[0] > 0 else math.inf
    return math.expm1(min(50.0, max(0.0, reach * widest)))


@dataclass(frozen=True)
class _Rounds:
    """How two sides' rounds differ: in the log, by the surer test."""

    difference: float
    p: float
    visible: float


def _rounds_differ(old: npt.NDArray[np.float64], new: npt.NDArray[np.float64], paired: bool) -> _Rounds:
    """Compare round medians (µs) of both sides; two rounds a side at least."""
    stats = _stats()
    old, new = np.log(old), np.log(new)
    shares = (0.0, _TRIMMED) if min(len(old), len(new)) >= _TRIMMED_FROM else (0.0,)
    level = LEVEL / len(shares)
    found = []
    for share in shares:
        centre = _centre(new - old, share) if paired else _between(_centre(old, share), _centre(new, share))
        certain = float(centre.value == 0)
        p = float(2 * stats.t.sf(abs(centre.value) / centre.error, centre.freedom)) if centre.error else certain
        quantiles = stats.t.ppf(1 - level / 2, centre.freedom) + stats.t.ppf(POWER, centre.freedom)
        found.append((min(1.0, p * len(shares)), centre.value, float(quantiles) * centre.error))
    p, difference, _ = min(found)
    return _Rounds(difference, p, math.expm1(min(50.0, *(seen for _, _, seen in found))))


@dataclass(frozen=True)
class _Centre:
    """A trimmed mean, its standard error, and the degrees of freedom of their quotient."""

    value: float
    error: float
    freedom: float


def _centre(values: npt.NDArray[np.float64], trimmed: float) -> _Centre:
    """The mean without the share `trimmed` at either end; the error is of the winsorized values (Yuen)."""
    ordered = np.sort(values)
    count, cut = len(ordered), int(trimmed * len(ordered))
    kept = count - 2 * cut
    winsorized = np.clip(ordered, ordered[cut], ordered[count - 1 - cut])
    squares = float(winsorized.var(ddof=1)) * (count - 1)
    return _Centre(float(ordered[cut : cut + kept].mean()), math.sqrt(squares / (kept * (kept - 1))), kept - 1.0)


def _between(old: _Centre, new: _Centre) -> _Centre:
    """The difference of two independent ones, with Welch's degrees of freedom (Biometrika 34, 1947)."""
    total = old.error**2 + new.error**2
    divisor = sum(side.error**4 / side.freedom for side in (old, new))
    freedom = total**2 / divisor if divisor else old.freedom + new.freedom
    return _Centre(new.value - old.value, math.sqrt(total), freedom)


def _interval(
    old: Sequence[npt.NDArray[np.float64]], new: Sequence[npt.NDArray[np.float64]], paired: bool, seed: int
) -> tuple[float, float]:
    """99 % interval of the ratio: rounds are drawn with replacement, and the runs within each."""
    generator = np.random.default_rng(seed)
    first = generator.integers(0, len(old), (_RESAMPLES, len(old)))
    second = first if paired else generator.integers(0, len(new), (_RESAMPLES, len(new)))
    ratios = _medians(new, second, generator) / _medians(old, first, generator)
    low, high = np.percentile(ratios, (0.5, 99.5))
    return float(low), float(high)


def _medians(
    rounds: Sequence[npt.NDArray[np.float64]], chosen: npt.NDArray[np.int64], generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The median of round medians of each resample; `chosen` [resamples, rounds] says which rounds are in it.

    A drawn round's median is one of those that its own runs gave when they were drawn.
    """
    tables = [_thinned(samples, _RESAMPLED_SAMPLES) for samples in rounds]
    drawn = [table[generator.integers(0, len(table), (_REDRAWN, len(table)))] for table in tables]
    medians = np.stack([np.median(table, axis=1) for table in drawn])
    return np.asarray(np.median(medians[chosen, generator.integers(0, _REDRAWN, chosen.shape)], axis=1))


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
