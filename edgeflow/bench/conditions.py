"""What surrounded a measurement: before, during and after, what was set for it, and what no source told."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeflow.device.session import Session

_COOL_LIMIT_S = 600.0
_COOL_POLL_S = 2.0
# what a Linux device is asked for; a source that is missing there is null in the result
_LINUX = (
    "governor",
    "frequency_khz",
    "max_frequency_khz",
    "temperature_mc",
    "throttled",
    "throttle_count",
    "cooling",
    "power_warning",
    "power_supply",
    "load",
    "cpu",
    "cpu_part",
    "cpus",
    "affinity",
    "kernel",
    "interpreter",
    "delegate",
)

Reading = Mapping[str, str]


@dataclass(frozen=True)
class Cooled:
    """How long was waited for a temperature, and what it was in the end (°C, None without a sensor)."""

    waited_s: float
    temperature_c: float | None
    limit_c: float


def hottest_c(reading: Reading) -> float | None:
    """The highest temperature of a reading in °C; None where no sensor gives one."""
    values = [int(value) / 1000 for value in re.findall(r"=(-?\d+)(?:,|$)", reading.get("temperature_mc", ""))]
    return max(values, default=None)


def wait_until_cool(
    session: Session,
    limit_c: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Cooled:
    """Wait, ten minutes at most, until the hottest sensor shows `limit_c` or less."""
    begin = clock()
    while True:
        temperature = hottest_c(session.conditions())
        waited = clock() - begin
        if temperature is None or temperature <= limit_c or waited >= _COOL_LIMIT_S:
            return Cooled(round(waited, 1), temperature, limit_c)
        sleep(_COOL_POLL_S)


def conditions_answer(
    before: Reading,
    during: Sequence[Reading],
    after: Reading,
    *,
    linux: bool,
    asked: Mapping[str, str],
    refused: Mapping[str, str],
    cooled: Cooled | None,
    batches: Sequence[int],
) -> dict[str, Any]:
    """The result's `conditions`. What a Linux device did not tell is None, never 0."""
    names = _LINUX if linux else ()

    def told(reading: Reading) -> dict[str, str | None]:
        return {**dict.fromkeys(names), **reading}

    answer: dict[str, Any] = {"before": told(before), "during": [dict(each) for each in during], "after": told(after)}
    if asked:
        answer["tuning"] = {name: {"value": value, "refused": refused.get(name)} for name, value in asked.items()}
    if cooled is not None:
        answer["cooled"] = vars(cooled)
    if any(batch > 1 for batch in batches):
        answer["runs_per_sample"] = list(batches)
    return answer


def share_of_others(during: Sequence[Reading]) -> float | None:
    """How many CPUs other programs used on average while measuring; None where no reading tells."""
    values = []
    for reading in during:
        try:
            values.append(float(reading["others_cpus"]))
        except (KeyError, ValueError):
            continue
    finite = [value for value in values if math.isfinite(value)]
    return sum(finite) / len(finite) if finite else None
