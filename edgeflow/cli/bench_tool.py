"""How the figures of Google's benchmark_model are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgeflow.results.quantities import time_text

if TYPE_CHECKING:
    from edgeflow.bench.types import Reported, Result


def tool_details(result: Result) -> list[tuple[str, str]]:
    """Rows for one result; none where no tool was used."""
    reported = result.reported
    if reported is None:
        return []
    runs, warmup = reported.runs, reported.warmup
    rows = [
        ("init", time_text(result.init_us)),
        ("first run", time_text(result.first_invoke_us)),
        ("median", time_text(runs.median)),
        ("mean, std", f"{time_text(runs.mean)}, {time_text(runs.std)}"),
        ("p5, p95", f"{time_text(runs.p5)}, {time_text(runs.p95)}"),
        ("min … max", f"{time_text(runs.min)} … {time_text(runs.max)}"),
        ("runs", f"{runs.count}, after {warmup.count if warmup else 0} to warm up"),
    ]
    rows += [(f"memory, {name}", f"{value:g} MB by its own measure") for name, value in reported.memory_mb.items()]
    return [*rows, ("source", f"{reported.tool} {reported.sha256[:12]}, a {reported.process} process")]


def tool_row(reported: Reported) -> tuple[str, str, str]:
    """p50, p90 and p99 for the table of several results; the last two a tool does not tell."""
    return time_text(reported.runs.median), "–", "–"
