"""Runs of the store put in order for a report: series over time, accuracies, what was validated."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from edgeflow.bench.types import Result, result_from_json
from edgeflow.errors import UsageError
from edgeflow.results.quantities import shown
from edgeflow.results.store import Stored

_ACCURACY_TAG = re.compile(r"accuracy=(0(?:\.\d+)?|1(?:\.0+)?)")


@dataclass(frozen=True)
class Setup:
    """What makes runs comparable over time; a model is known by its name, since its file changes."""

    model: str
    device: str
    emulated: bool
    runtime: str
    api: str | None
    delegate: str | None
    kernels: str | None
    threads: int
    aot: bool
    mode: str
    rate_hz: float | None

    @property
    def how(self) -> str:
        """Runtime, delegate, threads and kind of run, in a few words."""
        words = [shown(word, 24) for word in (self.runtime, self.delegate) if word]
        words += ["ahead of time"] if self.aot else []
        words += [f"{self.threads} threads"] if self.threads > 1 else []
        words += [] if self.mode == "back-to-back" else [self.mode if self.rate_hz is None else f"{self.rate_hz:g} Hz"]
        return ", ".join(words)

    @property
    def where(self) -> str:
        return shown(self.device.rstrip(":") or self.device, 32)


@dataclass(frozen=True)
class Run:
    """A result with what the store knows beside it; `when` is None where its date cannot be read."""

    result: Result
    setup: Setup
    when: datetime | None
    tags: tuple[str, ...]
    commit: str | None
    changed: bool | None

    @property
    def cost(self) -> float | None:
        """p50 in µs, or instructions of one invoke."""
        if self.result.instructions is not None:
            return self.result.instructions.per_invoke
        return self.result.latency_us.p50 if self.result.latency_us else None

    @property
    def counted(self) -> bool:
        return self.result.instructions is not None

    @property
    def memory(self) -> int | None:
        """Peak resident bytes on Linux, planned and persistent arena on a board."""
        memory = self.result.memory_bytes
        if memory.peak_rss is not None or memory.arena_planned is None:
            return memory.peak_rss
        return memory.arena_planned + (memory.arena_persistent or 0)


@dataclass(frozen=True)
class Series:
    """Runs of one setup, the oldest first."""

    setup: Setup
    runs: tuple[Run, ...]

    @property
    def newest(self) -> Run:
        return self.runs[-1]


@dataclass(frozen=True)
class Validated:
    """A validation: `worst` is the largest error against LiteRT's nearest kernels as a text."""

    run_id: str
    created: str
    model: str
    sha256: str
    device: str
    samples: int
    matches: bool
    worst: str
    scores: tuple[tuple[str, float], ...]
    drop: float | None


@dataclass(frozen=True)
class Gathered:
    """All that a report tells. `runs` and `validations` are in order of time, the newest first."""

    runs: tuple[Run, ...]
    series: tuple[Series, ...]
    validations: tuple[Validated, ...]

    def accuracy(self, run: Run) -> tuple[str, float] | None:
        """The name and value of a run's accuracy: its tag `accuracy=0.97`, else a validation of the same file.

        A validation on the same device comes before one on another.
        """
        for tag in run.tags:
            if found := _ACCURACY_TAG.fullmatch(tag):
                return "accuracy", float(found[1])
        same = [v for v in self.validations if v.sha256 == run.result.model.sha256 and v.scores]
        here = [v for v in same if v.device == run.result.device.name]
        return (here or same)[0].scores[0] if same else None


def gather(stored: Sequence[Stored]) -> Gathered:
    """Read runs of the store. Raises UsageError for a damaged one."""
    runs = [_run(one) for one in stored if one.noun == "result"]
    oldest = datetime.min.replace(tzinfo=UTC)
    runs.sort(key=lambda run: (run.when or oldest, run.result.run_id))
    setups: dict[Setup, list[Run]] = {}
    for run in runs:
        setups.setdefault(run.setup, []).append(run)
    series = [Series(setup, tuple(own)) for setup, own in setups.items()]
    series.sort(key=lambda one: (one.setup.model, one.newest.counted, one.setup.device, one.setup.how))
    checked = [_validated(one) for one in stored if one.noun == "validation"]
    checked.sort(key=lambda one: (one.created, one.run_id), reverse=True)
    return Gathered(tuple(reversed(runs)), tuple(series), tuple(checked))


def _run(stored: Stored) -> Run:
    result = result_from_json(stored.document, stored.run_id)
    if not all(math.isfinite(number) for number in _numbers(stored.document)):
        raise UsageError(f"{shown(stored.run_id)}: a number in it is not finite", "leave this run out")
    if not all(map(_is_operator, result.per_operator or ())):
        raise UsageError(f"{shown(stored.run_id)}: damaged operators", "leave this run out")
    device, runtime = result.device, result.runtime
    setup = Setup(
        result.model.name,
        device.name,
        device.emulated,
        runtime.name,
        runtime.api,
        runtime.delegate,
        runtime.kernels,
        runtime.threads,
        bool(result.build and result.build.aot),
        result.plan.mode,
        result.plan.rate_hz,
    )
    return Run(result, setup, _when(result.created), stored.tags, stored.project_commit, stored.project_changed)


def _is_operator(entry: Mapping[str, Any]) -> bool:
    costs = [entry.get(name) for name in ("us", "instructions", "share")]
    sound = all(cost is None or (isinstance(cost, (int, float)) and cost >= 0) for cost in costs)
    return sound and isinstance(entry.get("index"), int) and isinstance(entry.get("name"), str)


def _numbers(value: object) -> Iterable[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _numbers(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _numbers(each)


def _when(created: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(created)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _validated(stored: Stored) -> Validated:
    document = stored.document
    try:
        scores = tuple((str(name), float(value)) for name, value in document["scores"].items())
        drop = document["drop"]
        return Validated(
            stored.run_id,
            stored.created,
            stored.model_name,
            stored.model_sha256,
            stored.device,
            int(document["samples"]),
            bool(document["matches"]),
            _worst(document["against"]),
            tuple(score for score in scores if math.isfinite(score[1])),
            None if drop is None else float(drop),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError(f"{shown(stored.run_id)}: damaged validation", "leave this run out") from None


def _worst(against: Sequence[Mapping[str, Any]]) -> str:
    """The nearest of LiteRT's two ways, as `validate` judges."""
    told = []
    for other in against:
        if other["name"] != "source" and other["errors"]:
            error = max(other["errors"], key=lambda one: float(one["max_abs"]))
            steps = error["max_lsb"]
            text = f"{float(steps):g} LSB" if steps is not None else f"{float(error['max_abs']):.3g}"
            told.append((float(error["max_abs"]), text))
    return min(told)[1] if told else "–"
