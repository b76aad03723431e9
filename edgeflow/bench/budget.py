"""`[budget]` of a project: what a model may cost, and what a result or a fit exceeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from edgeflow.bench.types import Result
from edgeflow.errors import UsageError
from edgeflow.fit.types import Fit
from edgeflow.generate.project import Project, load_project


@dataclass(frozen=True)
class Budget:
    """Upper limits; None is none. `accuracy_drop` is a share: 0.01 is one in a hundred."""

    p50_us: float | None = None
    p99_us: float | None = None
    peak_rss_bytes: float | None = None
    arena_bytes: float | None = None
    flash_bytes: float | None = None
    instructions: float | None = None
    accuracy_drop: float | None = None


def read_budget(project: Project | Path | str) -> Budget:
    """The project's limits. Raises UsageError that names the file and the known keys."""
    read = project if isinstance(project, Project) else load_project(project)
    table = read.tables.get("budget", {})
    known = [field.name for field in fields(Budget)]
    if unknown := [key for key in table if key not in known]:
        raise UsageError(
            f"{read.path}: unknown {', '.join(map(repr, unknown))} in [budget]", f"known there: {', '.join(known)}"
        )
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise UsageError(f"{read.path}: [budget]: {key} is {value!r}", "give a number, 0 or more")
    return Budget(**table)


def _arena(result: Result) -> float | None:
    memory = result.memory_bytes
    return None if memory.arena_planned is None else memory.arena_planned + (memory.arena_persistent or 0)


def _flash(result: Result) -> float | None:
    flash = result.flash_bytes
    return None if flash is None or flash.text is None else flash.text + (flash.model or 0)


_OF_RESULT: Mapping[str, Callable[[Result], float | None]] = {
    "p50_us": lambda result: result.latency_us.p50 if result.latency_us else None,
    "p99_us": lambda result: result.latency_us.p99 if result.latency_us else None,
    "peak_rss_bytes": lambda result: result.memory_bytes.peak_rss,
    "arena_bytes": _arena,
    "flash_bytes": _flash,
    "instructions": lambda result: result.instructions.per_invoke if result.instructions else None,
}
_OF_FIT: Mapping[str, Callable[[Fit], float | None]] = {
    "arena_bytes": lambda fit: fit.arena.total_bytes if fit.arena else None,
    "flash_bytes": lambda fit: fit.flash_needed_bytes,
}


def over_result(budget: Budget, result: Result) -> tuple[str, ...]:
    """A line for each limit that a result exceeds; what it could not measure it cannot exceed."""
    where = f"{result.model.name} on {result.device.name.rstrip(':')}"
    return _over(budget, where, {name: value(result) for name, value in _OF_RESULT.items()})


def over_fit(budget: Budget, fit: Fit) -> tuple[str, ...]:
    """The same of a fit: arena and flash."""
    where = f"{fit.model} on {fit.board or fit.target}"
    return _over(budget, where, {name: value(fit) for name, value in _OF_FIT.items()})


def _over(budget: Budget, where: str, values: Mapping[str, float | None]) -> tuple[str, ...]:
    found = []
    for name, value in values.items():
        limit = getattr(budget, name)
        if value is not None and limit is not None and value > limit:
            share = f" ({value / limit - 1:+.1%})".replace("%", " %") if limit else ""
            found.append(f"{where}: {name} is {value:,.10g}, the budget {limit:,.10g}{share}")
    return tuple(found)
