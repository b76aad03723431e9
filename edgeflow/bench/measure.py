"""One measurement on one session: rounds of fresh processes, each loaded, warmed up and run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from edgeflow.bench.clock import Clock, clock_of
from edgeflow.bench.conditions import Cooled, wait_until_cool
from edgeflow.bench.types import Flash, InputFacts, Instructions, Memory, Plan, Round
from edgeflow.device.answers import Hello, Invoked, Opened, TensorInfo
from edgeflow.device.custom_operators import CustomOperators
from edgeflow.device.session import Session
from edgeflow.device.tensors import Feed
from edgeflow.errors import UsageError
from edgeflow.model.types import Model
from edgeflow.progress import Progress
from edgeflow.wire.constants import FLAG_BATCH, FLAG_COLD, Slots

_WARMUP_MS = 500  # governors need some 100 ms to reach their frequency
_SILENCE_MARGIN = 0.5
_PHASES = ("import", "load", "allocate", "first_invoke", "steady")

Feeder = Callable[[Sequence[TensorInfo]], Feed]


@dataclass(frozen=True)
class Options:
    """How the model is opened in every round."""

    signature: str
    threads: int
    api: str
    delegate: str
    shapes: Mapping[str, Sequence[int]]
    library: CustomOperators | None = None


@dataclass(frozen=True)
class Wanted:
    """A plan as asked for; None is the clock's default (time: 50 runs and 1 s in 3 processes after 5 warm-up runs).

    `cold` empties the CPU's caches before each run. `pin` (CPUs, comma-separated) and `governor` are set for the
    rounds; before each of them the device may cool down to `cool_c`.
    """

    warmup: int | None = None
    runs: int | None = None
    min_s: float | None = None
    processes: int | None = None
    rate_hz: float | None = None
    cold: bool = False
    pin: str | None = None
    governor: str | None = None
    cool_c: float | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What the device is asked to set."""
        named = {"pin": self.pin, "governor": self.governor}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True)
class Measured:
    """Raw outcome, before statistics. `counts` are instructions of each run where the clock counts them."""

    hello: Hello
    clock: Clock
    plan: Plan
    fed: InputFacts
    notes: tuple[str, ...]
    rounds: tuple[Round, ...]
    instructions: Instructions | None
    counts: tuple[float, ...]
    memory: Memory
    before: Mapping[str, str]
    after: Mapping[str, str]
    opened_conditions: Mapping[str, str]
    batches: tuple[int, ...]
    flash: Flash | None = None
    during: tuple[Mapping[str, str], ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    cooled: Cooled | None = None


def measure(
    session: Session, model: Model, options: Options, wanted: Wanted, feeder: Feeder, emulated: bool, progress: Progress
) -> Measured:
    """Run all rounds. The clock is the device's; host time never enters."""
    before = session.conditions()
    clock = clock_of(session.hello, before, emulated=emulated)
    if wanted.cold and session.hello.slots != Slots.FILES:
        raise UsageError("a board has no caches that could be emptied from here", "leave out --cold")
    if wanted.cold and not session.hello.has_agent:
        raise UsageError("edgeflow's runner empties no caches", "leave out --cold")
    plan = plan_for(clock, wanted)
    rounds: list[tuple[Opened, Invoked, Mapping[str, int]]] = []
    fed: Feed | None = None
    after: Mapping[str, str] = {}
    during: list[Mapping[str, str]] = []
    refused: Mapping[str, str] = {}
    cooled: Cooled | None = None
    for number in range(plan.processes):
        progress("bench", number, plan.processes)
        if number:
            session.restart()
        if wanted.cool_c is not None:
            now = wait_until_cool(session, wanted.cool_c)
            cooled = replace(now, waited_s=now.waited_s + (cooled.waited_s if cooled else 0.0))
        if wanted.settings:
            refused = session.tune(wanted.settings)
        opened = session.open(
            session.models.place(model, progress=progress),
            signature=options.signature,
            threads=options.threads,
            api=options.api,
            delegate=options.delegate,
            shapes=options.shapes,
            library=session.models.place_library(options.library, progress=progress),
        )
        fed = feeder(opened.inputs)
        for tensor, data in zip(opened.inputs, fed.data, strict=True):
            session.write_input(tensor.index, data)
        done = session.invoke(**_request(plan, clock, cold=wanted.cold))
        rounds.append((opened, done, session.memory()))
        after = session.conditions()
        if session.hello.slots == Slots.FILES:
            during += [{"round": str(number), **reading} for reading in session.conditions_during()]
    progress("bench", plan.processes, plan.processes)
    assert fed is not None
    return Measured(
        hello=session.hello,
        clock=clock,
        plan=plan,
        fed=InputFacts(fed.source, fed.sha256),
        notes=fed.notes,
        rounds=() if clock.why_no_time else tuple(_round(clock, opened, done) for opened, done, _ in rounds),
        instructions=_instructions(clock, rounds),
        counts=_counts(clock, rounds),
        memory=_memory(model, rounds[-1][0], rounds[-1][2]),
        before=before,
        after=after,
        opened_conditions=after,
        batches=tuple(done.batch for _, done, _ in rounds),
        flash=_flash(model, rounds[-1][2]),
        during=tuple(during),
        settings=wanted.settings,
        refused=refused,
        cooled=cooled,
    )


def plan_for(clock: Clock, wanted: Wanted) -> Plan:
    """Fill in what was not asked for; counted instructions repeat, so a few runs are enough."""
    usual = Wanted(5, 50, 1.0, 3) if clock.why_no_time is None else Wanted(1, 3, 0.0, 1)
    filled = replace(usual, **{name: value for name, value in vars(wanted).items() if value is not None})
    assert filled.warmup is not None and filled.runs is not None
    assert filled.min_s is not None and filled.processes is not None
    kinds = [kind for kind, is_so in (("cold", filled.cold), ("paced", filled.rate_hz is not None)) if is_so]
    mode = ", ".join(kinds) or "back-to-back"
    return Plan(filled.warmup, filled.runs, filled.min_s, filled.processes, filled.rate_hz, mode)


def _request(plan: Plan, clock: Clock, *, cold: bool) -> dict[str, int]:
    return {
        "warmup": plan.warmup,
        "warmup_ms": _WARMUP_MS if plan.warmup and clock.why_no_time is None else 0,
        "max_runs": plan.runs,
        "min_ms": math.ceil(plan.min_s * 1000),
        "period_us": round(1e6 / plan.rate_hz) if plan.rate_hz else 0,
        "flags": FLAG_COLD if cold else FLAG_BATCH if clock.why_no_time is None else 0,
    }


def _round(clock: Clock, opened: Opened, done: Invoked) -> Round:
    samples = tuple(round(clock.us(ticks) / done.batch, 4) for ticks in done.samples)
    return Round(round(clock.us(opened.init_ticks), 3), round(clock.us(done.first_ticks), 3), samples)


def _counts(clock: Clock, rounds: Sequence[tuple[Opened, Invoked, Any]]) -> tuple[float, ...]:
    if clock.unit != "instructions":
        return ()
    return tuple(ticks / done.batch for _, done, _ in rounds for ticks in done.samples)


def _instructions(clock: Clock, rounds: Sequence[tuple[Opened, Invoked, Any]]) -> Instructions | None:
    counts = sorted(_counts(clock, rounds))
    return Instructions(rounds[0][0].init_ticks, round(counts[len(counts) // 2])) if counts else None


def _flash(model: Model, figures: Mapping[str, int]) -> Flash | None:
    return Flash(figures["text"], model.size) if "text" in figures else None


def _memory(model: Model, opened: Opened, figures: Mapping[str, int]) -> Memory:
    def phases(kind: str) -> dict[str, int | None] | None:
        found = {name: figures.get(f"{kind}_{name}") for name in _PHASES}
        return found if any(value is not None for value in found.values()) else None

    return Memory(
        model=model.size,
        arena_planned=opened.planned_bytes,
        arena_persistent=opened.persistent_bytes,
        peak_rss=figures.get("peak_rss"),
        stack=figures.get("stack"),
        phases=phases("rss"),
        anonymous=phases("anonymous"),
        file=phases("file"),
    )
