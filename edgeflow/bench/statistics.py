"""Statistics of repeated runs: percentiles, MAD, bootstrap interval over rounds, drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgeflow.bench.types import Latency, Round

_RESAMPLES = 1000
_INDEPENDENT_RUNS = 400  # neighbouring runs resemble each other; more of them say little more about the median
_DRIFT_RUNS = 30


def summarize(rounds: Sequence[Round], seed: int = 0) -> Latency:
    """Statistics over the samples of all rounds; percentiles interpolate linearly. Needs one sample at least."""
    samples = np.concatenate([np.asarray(r.samples, np.float64) for r in rounds])
    steady = steadiness(rounds)
    p50, p90, p99 = (float(value) for value in np.percentile(samples, (50, 90, 99)))
    return Latency(
        count=len(samples),
        min=float(samples.min()),
        mean=float(samples.mean()),
        p50=p50,
        p90=p90,
        p99=p99,
        max=float(samples.max()),
        mad=float(np.median(np.abs(samples - p50))),
        ci95_p50=median_interval([r.samples for r in rounds], seed),
        rounds=tuple(rounds),
        drift=steady.drift,
        spread=steady.spread,
    )


def median_interval(rounds: Sequence[Sequence[float]], seed: int = 0) -> tuple[float, float] | None:
    """95 % bootstrap interval of the median: rounds are drawn with replacement, then runs within each.

    None with fewer than 10 samples. With one round the interval knows nothing of differences between processes.
    """
    if sum(map(len, rounds)) < 10 or not all(rounds):
        return None
    generator = np.random.default_rng(seed)
    thinned = [_thinned(np.asarray(samples, np.float64)) for samples in rounds]
    medians = np.empty(_RESAMPLES)
    for number in range(_RESAMPLES):
        chosen = generator.integers(0, len(thinned), len(thinned))
        drawn = [generator.choice(thinned[index], len(thinned[index])) for index in chosen]
        medians[number] = np.median(np.concatenate(drawn))
    low, high = np.percentile(medians, (2.5, 97.5))
    return float(low), float(high)


@dataclass(frozen=True)
class Steadiness:
    """Relative changes: `drift` of the last third's median against the first third's, `spread` of round medians."""

    drift: float | None
    spread: float | None


def steadiness(rounds: Sequence[Round]) -> Steadiness:
    """How much a measurement moved within and between its rounds; None where there are too few samples."""
    drifts = []
    for round_ in rounds:
        third = len(round_.samples) // 3
        if len(round_.samples) >= _DRIFT_RUNS:
            first, last = np.median(round_.samples[:third]), np.median(round_.samples[-third:])
            drifts.append(float(last / first) - 1 if first else 0.0)
    medians = [float(np.median(round_.samples)) for round_ in rounds if round_.samples]
    spread = max(medians) / min(medians) - 1 if len(medians) > 1 and min(medians) > 0 else None
    return Steadiness(float(np.median(drifts)) if drifts else None, spread)


def _thinned(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if len(samples) <= _INDEPENDENT_RUNS:
        return samples
    return samples[np.linspace(0, len(samples) - 1, _INDEPENDENT_RUNS).astype(np.intp)]
