"""The bench results among runs, for formats that hold measurements alone."""

from __future__ import annotations

from collections.abc import Sequence

from edgeflow.bench.types import Result, result_from_json
from edgeflow.errors import UsageError
from edgeflow.results.store import Stored


def measured(runs: Sequence[Stored]) -> list[Result]:
    """Results that have a time or an instruction count. Raises UsageError where there are none."""
    results = [result_from_json(run.document, run.run_id) for run in runs if run.noun == "result"]
    found = [result for result in results if result.latency_us or result.instructions]
    if not found:
        raise UsageError("no run among them has a time or an instruction count", "choose others; see results list")
    return found


def timed(runs: Sequence[Stored]) -> list[Result]:
    """Results that have a time. Raises UsageError where there are none."""
    found = [result for result in measured(runs) if result.latency_us]
    if not found:
        raise UsageError("no run among them has times", "counted instructions go into csv, prometheus and json")
    return found


def label(result: Result) -> str:
    """MODEL/DEVICE/threads:N, as benchmark names go."""
    return f"{result.model.name}/{result.device.name.rstrip(':')}/threads:{result.runtime.threads}"
