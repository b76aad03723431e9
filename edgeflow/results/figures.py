"""Two results side by side: every figure that both have, and a verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from edgeflow.bench.types import Result
from edgeflow.errors import UsageError
from edgeflow.results.comparison import Timing, Verdict, compare_rounds

Unit = Literal["us", "instructions", "cycles", "bytes"]


@dataclass(frozen=True)
class Figure:
    """One figure of both sides. `exact` ones repeat: any difference is one. `regression` is NEW ÷ OLD − 1 where worse.

    `timing` explains a verdict on time.
    """

    name: str
    unit: Unit
    old: float
    new: float
    ratio: float | None
    exact: bool
    verdict: Verdict
    timing: Timing | None = None

    @property
    def regression(self) -> float:
        """By how much NEW is worse, as a share of OLD; 0 where it is not."""
        if self.verdict != "slower":
            return 0.0
        return float("inf") if self.ratio is None else self.ratio - 1


@dataclass(frozen=True)
class Comparison:
    """OLD against NEW: their figures, and what makes the two hard to compare."""

    old: Result
    new: Result
    figures: tuple[Figure, ...]
    doubts: tuple[str, ...]
    interleaved: bool


def compare_results(old: Result, new: Result, *, interleaved: bool = False, seed: int = 0) -> Comparison:
    """Compare two results of the same kind of device.

    Raises UsageError for an emulated board against a real one, for different units, and where nothing can be compared.
    """
    if old.device.emulated != new.device.emulated:
        raise UsageError(
            f"{old.device.name} and {new.device.name}: an emulated device and a real one are not comparable",
            "compare results of the same device",
        )
    figures: list[Figure] = []
    if old.latency_us and new.latency_us:
        sides = [[r.samples for r in side.latency_us.rounds] for side in (old, new) if side.latency_us]
        timing = compare_rounds(sides[0], sides[1], paired=interleaved, seed=seed)
        figures.append(
            Figure("p50", "us", old.latency_us.p50, new.latency_us.p50, timing.ratio, False, timing.verdict, timing)
        )
    for name, unit, value in _EXACT:
        before, after = value(old), value(new)
        if before is not None and after is not None:
            figures.append(_exact(name, unit, before, after))
    if not any(figure.unit in ("us", "instructions") for figure in figures):
        raise UsageError(
            f"{old.run_id} and {new.run_id} have neither times nor instructions in common",
            "compare two results of the same device",
        )
    return Comparison(old, new, tuple(figures), _doubts(old, new), interleaved)


def _instructions(result: Result) -> float | None:
    return result.instructions.per_invoke if result.instructions else None


def _init_instructions(result: Result) -> float | None:
    return result.instructions.init if result.instructions else None


def _arena(result: Result) -> float | None:
    memory = result.memory_bytes
    return None if memory.arena_planned is None else memory.arena_planned + (memory.arena_persistent or 0)


def _text(result: Result) -> float | None:
    return result.flash_bytes.text if result.flash_bytes else None


_EXACT: Sequence[tuple[str, Unit, Callable[[Result], float | None]]] = (
    ("instructions", "instructions", _instructions),
    ("init instructions", "instructions", _init_instructions),
    ("arena", "bytes", _arena),
    ("stack", "bytes", lambda result: result.memory_bytes.stack),
    ("text", "bytes", _text),
    ("model", "bytes", lambda result: result.model.bytes),
)


def _exact(name: str, unit: Unit, old: float, new: float) -> Figure:
    verdict: Verdict = "same" if new == old else "slower" if new > old else "faster"
    return Figure(name, unit, old, new, new / old if old else None, True, verdict)


def _doubts(old: Result, new: Result) -> tuple[str, ...]:
    """What a reader has to know before believing the comparison."""
    told = []
    for name, get in (
        ("devices", lambda r: (r.device.target, r.device.board, r.device.cpu)),
        ("runtimes", lambda r: (r.runtime.name, r.runtime.version, r.runtime.api, r.runtime.delegate)),
        ("threads", lambda r: r.runtime.threads),
        ("builds", lambda r: r.build),
        ("kinds of run", lambda r: (r.plan.mode, r.plan.rate_hz)),
    ):
        if get(old) != get(new):
            told.append(f"different {name}")
    for side, result in (("old", old), ("new", new)):
        told += [f"{side} is not to be trusted: {reason}" for reason in result.reasons]
    return tuple(told)
