"""Whether a measurement is to be trusted, with all reasons against it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from edgeflow.bench.clock import Clock
from edgeflow.bench.conditions import Reading, share_of_others
from edgeflow.bench.statistics import steadiness
from edgeflow.bench.types import Latency

_MIN_SAMPLES = 30
_MIN_US = 5_000  # a few of the scheduler's turns: what is shorter can fall between two of them
_MAX_DRIFT = 0.05
_MAX_SPREAD = 0.10
_MAX_NOISE = 0.10
_BUSY_PER_CPU = 0.5
_OTHERS_PER_CPU = 0.25
_NOW = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "temperature limit"}


def reasons_against(
    latency: Latency | None,
    clock: Clock,
    before: Reading,
    after: Reading,
    instruction_counts: Sequence[float] = (),
    during: Sequence[Reading] = (),
) -> tuple[str, ...]:
    """All reasons not to trust a measurement; none means trusted. Instructions need only repeat exactly enough."""
    if clock.unit == "instructions":
        low, high = (min(instruction_counts), max(instruction_counts)) if instruction_counts else (0, 0)
        if not instruction_counts:
            return ("no instructions were counted",)
        return (f"instruction counts vary from {low:.0f} to {high:.0f}",) if high > 1.01 * low else ()
    reasons = ["emulated"] if clock.emulated else []
    reasons += _throttling(before, (*during, after))
    reasons += _load(before, during)
    if latency is None:
        return tuple(reasons)
    if latency.count < _MIN_SAMPLES:
        reasons.append(f"too few samples: {latency.count}, at least {_MIN_SAMPLES} are needed")
    measured_us = sum(sum(round_.samples) for round_ in latency.rounds)
    if latency.count >= _MIN_SAMPLES and measured_us < _MIN_US:
        reasons.append(
            f"too short: the samples take {measured_us / 1000:.2g} ms together, {_MIN_US // 1000} are needed"
        )
    steady = steadiness(latency.rounds)
    if steady.drift is not None and abs(steady.drift) > _MAX_DRIFT:
        reasons.append(f"drifting: the last third of the runs took {steady.drift:+.0%} against the first")
    elif (noise := _noise(latency)) > _MAX_NOISE:
        reasons.append(f"too noisy: half of the runs are {noise:.0%} or more off their round's median")
    if steady.spread is not None and steady.spread > _MAX_SPREAD:
        reasons.append(f"rounds disagree: their medians differ by {steady.spread:.0%}")
    return tuple(reasons)


def _noise(latency: Latency) -> float:
    """The median round's median absolute deviation, as a share of its median."""
    shares = []
    for round_ in latency.rounds:
        if round_.samples and (middle := median(round_.samples)):
            shares.append(median(abs(sample - middle) for sample in round_.samples) / middle)
    return median(shares) if shares else 0.0


def _throttling(before: Reading, later: Sequence[Reading]) -> list[str]:
    """Bits 0 to 3 hold now, 16 to 19 have been since boot; a Raspberry Pi's documentation names them.

    Other systems tell of cooling that holds the CPU back, and count thermal events.
    """
    try:
        was = int(before.get("throttled", "0"), 16)
        bits = [int(reading.get("throttled", "0"), 16) for reading in later]
    except ValueError:
        return []
    during = was
    for now in bits:
        during |= now | ((now & ~was) >> 16)
    found = [name for bit, name in _NOW.items() if during >> bit & 1]
    if "under-voltage" not in found and any(each.get("power_warning") == "under-voltage" for each in (before, *later)):
        found.insert(0, "under-voltage")
    if held := next((each["cooling"] for each in (before, *later) if each.get("cooling")), None):
        found.append(f"cooling holds the CPU back ({held})")
    counts = [int(each["throttle_count"]) for each in (before, *later) if each.get("throttle_count", "").isdigit()]
    if counts and (events := max(counts) - counts[0]) > 0:
        found.append(f"{events} thermal events")
    return [f"throttling: {name}" for name in found]


def _load(before: Reading, during: Sequence[Reading]) -> list[str]:
    """What ran before, by the load of the last minute, and what ran beside, by the CPU time of other programs."""
    try:
        cpus = int(before.get("cpus", "1"))
        load = float(before.get("load", "0"))
    except ValueError:
        return []
    reasons = []
    if load > _BUSY_PER_CPU * cpus:
        reasons.append(f"loaded: {load:g} programs were running on {cpus} CPUs")
    others = share_of_others(during)
    if others is not None and others > _OTHERS_PER_CPU * cpus:
        reasons.append(f"loaded: other programs used {others:.1f} of {cpus} CPUs meanwhile")
    return reasons
