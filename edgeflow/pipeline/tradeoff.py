"""Several conversions of one source weighed: size, accuracy, error, and latency where there is a device."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeflow.convert import worker as workers
from edgeflow.convert.types import Conversion
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.pipeline.accuracy import accuracy
from edgeflow.pipeline.bench import bench
from edgeflow.progress import Progress, silent
from edgeflow.validate.accuracy import Accuracy, Scored
from edgeflow.validate.dataset import Array, Data


@dataclass(frozen=True)
class Measured:
    """What a device said of one model: p50 latency in µs or, where it only counts, instructions an invoke.

    `trusted` is the verdict on the latency; `unavailable` says why there is no number.
    """

    latency_us: float | None
    instructions: int | None
    trusted: bool
    unavailable: str


@dataclass(frozen=True)
class Trade:
    """One conversion. `snr_db` is that of its worst output against the source, None where there is no error at all.

    `best` marks the Pareto set: no other is at least as good in everything and better in something.
    """

    recipe: str
    path: Path
    bytes: int
    scored: Scored
    snr_db: float | None
    exact: bool
    measured: Measured | None
    best: bool


@dataclass(frozen=True)
class TradeOff:
    """`accuracy` holds the source and every model on the data, `trades` the models as they were asked for."""

    accuracy: Accuracy
    device: str | None
    trades: tuple[Trade, ...]


def tradeoff(
    conversions: Sequence[Conversion],
    data: Data,
    *,
    labels: Array | str | os.PathLike[str] | None = None,
    device: Device | str | None = None,
    max_accuracy_drop: float | None = None,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> TradeOff:
    """Run conversions and their source on `data` (as `accuracy` takes it), bench each on `device`, mark the best.

    What counts is size, the first score where there are labels, else SNR, and the device's number where every model
    has one. A model that a device refuses keeps its row with the reason. Raises what `accuracy` raises.
    """
    found = accuracy(
        [conversion.path for conversion in conversions],
        data,
        labels=labels,
        source=conversions[0].source,
        max_accuracy_drop=max_accuracy_drop,
        timeout_s=timeout_s,
        worker=worker,
        progress=progress,
    )
    measured: list[Measured | None] = [None] * len(conversions)
    if device is not None:
        for place, conversion in enumerate(conversions):
            progress("measuring", place, len(conversions))
            measured[place] = _measure(conversion.path, device)
        progress("measuring", len(conversions), len(conversions))
    costs = [_costs(scored, what) for scored, what in zip(found.models[1:], measured, strict=True)]
    if any(cost[2] is None for cost in costs):
        costs = [(size, error, None) for size, error, _ in costs]
    trades = tuple(
        Trade(
            conversion.quantize,
            conversion.path,
            conversion.size,
            scored,
            _worst(scored),
            all(error.equal for error in scored.errors),
            what,
            not any(_beats(other, costs[place]) for other in costs),
        )
        for place, (conversion, scored, what) in enumerate(zip(conversions, found.models[1:], measured, strict=True))
    )
    name = device if isinstance(device, str) or device is None else device.name
    return TradeOff(found, name, trades)


Costs = tuple[float, float, float | None]


def _costs(scored: Scored, measured: Measured | None) -> Costs:
    """Size, error and the device's number, each the smaller the better."""
    score = next(iter(scored.scores.values()), None)
    worst = _worst(scored)
    error = -score if score is not None else -worst if worst is not None else -math.inf
    number = None
    if measured is not None:
        number = measured.latency_us if measured.latency_us is not None else measured.instructions
    return float(scored.bytes), error, number


def _beats(one: Costs, other: Costs) -> bool:
    """Whether `one` is at least as good in everything and better in something."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def _worst(scored: Scored) -> float | None:
    return min((error.snr_db for error in scored.errors if error.snr_db is not None), default=None)


def _measure(model: Path, device: Device | str) -> Measured:
    try:
        result = bench(model, device)
    except EdgeflowError as error:
        return Measured(None, None, False, error.message)
    latency = result.latency_us.p50 if result.latency_us else None
    instructions = result.instructions.per_invoke if result.instructions else None
    return Measured(latency, instructions, result.trusted, "" if latency or instructions else "no number")
