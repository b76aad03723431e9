"""Whether a measurement is to be trusted, with all reasons against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgeflow.bench.clock import Clock
from edgeflow.bench.statistics import steadiness
from edgeflow.bench.types import Latency

_MIN_SAMPLES = 30
_MAX_DRIFT = 0.05
_MAX_SPREAD = 0.10
_BUSY_PER_CPU = 0.5
_NOW = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "temperature limit"}


def reasons_against(
    latency: Latency | None,
    clock: Clock,
    before: Mapping[str, str],
    after: Mapping[str, str],
    instruction_counts: Sequence[float] = (),
) -> tuple[str, ...]:
    """All reasons not to trust a measurement; none means trusted. Instructions need only repeat exactly enough."""
    if clock.unit == "instructions":
        low, high = (min(instruction_counts), max(instruction_counts)) if instruction_counts else (0, 0)
        if not instruction_counts:
            return ("no instructions were counted",)
        return (f"instruction counts vary from {low:.0f} to {high:.0f}",) if high > 1.01 * low else ()
    reasons = ["emulated"] if clock.emulated else []
    reasons += _throttling(before.get("throttled"), after.get("throttled"))
    reasons += _load(before)
    if latency is None:
        return tuple(reasons)
    if latency.count < _MIN_SAMPLES:
        reasons.append(f"too few samples: {latency.count}, at least {_MIN_SAMPLES} are needed")
    steady = steadiness(latency.rounds)
    if steady.drift is not None and abs(steady.drift) > _MAX_DRIFT:
        reasons.append(f"drifting: the last third of the runs took {steady.drift:+.0%} against the first")
    if steady.spread is not None and steady.spread > _MAX_SPREAD:
        reasons.append(f"rounds disagree: their medians differ by {steady.spread:.0%}")
    return tuple(reasons)


def _throttling(before: str | None, after: str | None) -> list[str]:
    """Bits 0 to 3 hold now, 16 to 19 have been since boot; a Raspberry Pi's documentation names them."""
    try:
        was, now = int(before or "0", 16), int(after or "0", 16)
    except ValueError:
        return []
    during = (was | now | ((now & ~was) >> 16)) & 0xF
    return [f"throttling: {name}" for bit, name in _NOW.items() if during >> bit & 1]


def _load(before: Mapping[str, str]) -> list[str]:
    try:
        load, cpus = float(before["load"]), int(before.get("cpus", "1"))
    except (KeyError, ValueError):
        return []
    return [f"loaded: {load:g} programs were running on {cpus} CPUs"] if load > _BUSY_PER_CPU * cpus else []
