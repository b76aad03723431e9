"""JSON as pytest-benchmark stores it (`--benchmark-json`): seconds, every sample in `data`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import fmean, median, quantiles, stdev
from typing import Any

from edgeflow.bench.types import Result
from edgeflow.results.export.timed import label, timed
from edgeflow.results.store import Stored


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """One file. Raises UsageError where no run has times."""
    results = timed(runs)
    commits = {run.run_id: run for run in runs}
    newest = results[0]
    project = commits[newest.run_id]
    content = {
        "machine_info": {
            "node": newest.device.name,
            "processor": newest.device.cpu or "",
            "machine": newest.device.target or "",
            "system": newest.device.os or "",
            "cpu": {"brand_raw": newest.device.cpu or ""},
        },
        "commit_info": {
            "id": project.project_commit or "unversioned",
            "dirty": bool(project.project_changed),
            "time": newest.created,
            "author_time": newest.created,
            "project": "",
            "branch": "(unknown)",
        },
        "benchmarks": [_entry(result) for result in results],
        "datetime": newest.created,
        "version": "5.1.0",
    }
    return {"json": (json.dumps(content, indent=2) + "\n").encode()}


def _entry(result: Result) -> dict[str, Any]:
    assert result.latency_us is not None
    seconds = [us / 1e6 for one in result.latency_us.rounds for us in one.samples]
    low, _, high = quantiles(seconds, n=4, method="inclusive") if len(seconds) > 1 else (seconds[0],) * 3
    spread = stdev(seconds) if len(seconds) > 1 else 0.0
    outside = (low - 1.5 * (high - low), high + 1.5 * (high - low))
    return {
        "group": result.device.name,
        "name": label(result),
        "fullname": label(result),
        "params": None,
        "param": None,
        "extra_info": {
            "run_id": result.run_id,
            "model_sha256": result.model.sha256,
            "trusted": result.trusted,
            "reasons": list(result.reasons),
        },
        "options": {
            "disable_gc": False,
            "timer": "device",
            "min_rounds": result.plan.runs,
            "max_time": result.plan.min_s,
            "min_time": 0.0,
            "warmup": result.plan.warmup,
        },
        "stats": {
            "min": min(seconds),
            "max": max(seconds),
            "mean": fmean(seconds),
            "stddev": spread,
            "rounds": len(seconds),
            "median": median(seconds),
            "iqr": high - low,
            "q1": low,
            "q3": high,
            "iqr_outliers": sum(not outside[0] <= value <= outside[1] for value in seconds),
            "stddev_outliers": sum(abs(value - fmean(seconds)) > spread for value in seconds),
            "outliers": "",
            "ld15iqr": min(value for value in seconds if value >= outside[0]),
            "hd15iqr": max(value for value in seconds if value <= outside[1]),
            "ops": 1 / fmean(seconds),
            "total": sum(seconds),
            "data": seconds,
            "iterations": 1,
        },
    }
