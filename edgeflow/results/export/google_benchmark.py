"""JSON as Google Benchmark writes it: one `iteration` entry a round, and the usual aggregates.

Fields are those of its user guide, "JSON Format"; times are µs. It has no place for a run without times, so that
counted instructions stay out of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import mean, median, stdev
from typing import Any

from edgeflow.bench.types import Result
from edgeflow.results.export.timed import label, timed
from edgeflow.results.store import Stored


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """One file. Its context is that of the newest run."""
    results = timed(runs)
    newest = results[0]
    context = {
        "date": newest.created,
        "host_name": newest.device.name,
        "executable": f"edgeflow {newest.edgeflow.version}",
        "num_cpus": 1,
        "mhz_per_cpu": 0,
        "cpu_scaling_enabled": False,
        "caches": [],
        "library_build_type": "release",
    }
    entries = [entry for number, result in enumerate(results) for entry in _entries(number, result)]
    return {"json": (json.dumps({"context": context, "benchmarks": entries}, indent=2) + "\n").encode()}


def _entries(family: int, result: Result) -> list[dict[str, Any]]:
    name = label(result)
    shared = {
        "name": name,
        "family_index": family,
        "per_family_instance_index": 0,
        "run_name": name,
        "threads": result.runtime.threads,
        "time_unit": "us",
        "label": "trusted" if result.trusted else "; ".join(result.reasons),
    }
    if result.wrapper_us:  # user counters
        shared |= {"pre_p50_us": result.wrapper_us.pre.p50, "post_p50_us": result.wrapper_us.post.p50}
    assert result.latency_us is not None
    rounds = [one for one in result.latency_us.rounds if one.samples]
    values = [mean(one.samples) for one in rounds]
    entries = [
        {
            **shared,
            "run_type": "iteration",
            "repetitions": len(rounds),
            "repetition_index": number,
            "iterations": len(one.samples),
            "real_time": value,
            "cpu_time": value,
        }
        for number, (one, value) in enumerate(zip(rounds, values, strict=True))
    ]
    aggregates = {"mean": mean(values), "median": median(values)}
    if len(values) > 1:
        aggregates |= {"stddev": stdev(values), "cv": stdev(values) / mean(values)}
    for aggregate, value in aggregates.items():
        entries.append(
            {
                **shared,
                "name": f"{name}_{aggregate}",
                "run_type": "aggregate",
                "repetitions": len(rounds),
                "aggregate_name": aggregate,
                "aggregate_unit": "percentage" if aggregate == "cv" else "time",
                "iterations": len(rounds),
                "real_time": value,
                "cpu_time": value,
            }
        )
    return entries
