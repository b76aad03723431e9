"""What the scripts that time several ways of doing one thing share: turns, ratios with their intervals, the machine.

The ways are taken in turn (A B C, then C B A), so that what the machine does besides meets all of them; ratios are made
within a turn and given as their median with a 95 % bootstrap interval.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[1] / "results"
_DRAWS = 2000


def in_turn(ways: Mapping[str, Callable[[], float]], turns: int, warm_up: int = 1) -> dict[str, list[float]]:
    """The seconds that each of the `ways` says it took, `turns` times, every other turn in reverse order."""
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(warm_up + turns):
        for name in list(ways) if turn % 2 == 0 else list(ways)[::-1]:
            seconds = ways[name]()
            if turn >= warm_up:
                samples[name].append(seconds)
    return samples


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ratio(over: Sequence[float], under: Sequence[float]) -> dict[str, Any]:
    """`over ÷ under` turn by turn: the median, and its 95 % interval by a bootstrap of the turns."""
    each = [a / b for a, b in zip(over, under, strict=True)]
    generator = random.Random(2026)
    drawn = sorted(statistics.median(generator.choices(each, k=len(each))) for _ in range(_DRAWS))
    low, high = drawn[int(0.025 * _DRAWS)], drawn[int(0.975 * _DRAWS) - 1]
    return {"median": round(statistics.median(each), 3), "ci95": [round(low, 3), round(high, 3)]}


def medians(samples: Mapping[str, Sequence[float]], digits: int = 4) -> dict[str, float]:
    """The median of each."""
    return {name: round(statistics.median(values), digits) for name, values in samples.items()}


def rounded(samples: Mapping[str, Sequence[float]], digits: int = 4) -> dict[str, list[float]]:
    """All samples, for the record."""
    return {name: [round(value, digits) for value in values] for name, values in samples.items()}


def load_now() -> float:
    """The system's load over the last minute."""
    return round(os.getloadavg()[0], 2)


def write(name: str, schema: str, answer: Mapping[str, Any], load_before: float, output: Path | None) -> Path:
    """Write a dated result with the machine's description in front; returns its path."""
    now = datetime.now(UTC)
    whole = {
        "schema": f"edgeflow.benchmark-{name}/{schema}",
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "edgeflow": version("edgeflow"),
        "python": platform.python_version(),
        "host": {
            "cores": os.cpu_count(),
            "os": platform.system(),
            "before_other_programs": os.sched_getscheduler(0) != os.SCHED_OTHER,
            "load_1min_before": load_before,
            "load_1min_after": load_now(),
        },
        **answer,
    }
    path = output or RESULTS / f"{now:%Y-%m-%d}-{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return path
