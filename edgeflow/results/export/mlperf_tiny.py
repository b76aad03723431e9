"""A folder laid out as results of MLPerf Tiny are: one folder a system, one a model, with a log and a summary.

It is not a submission and says so in every file: MLCommons has verified nothing, and its load generator did not run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from edgeflow.bench.types import Result
from edgeflow.errors import UsageError
from edgeflow.results.export.timed import measured
from edgeflow.results.store import Stored

_NOTE = "Not verified by MLCommons. Measured by edgeflow, not by MLPerf Tiny's own runner."
_RUNS = 5  # throughput is the median of so many windows in MLPerf Tiny's rules


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """README.md, systems/SYSTEM.json, results/SYSTEM/MODEL/{performance.txt,result.json}. Times alone."""
    results = [result for result in measured(runs) if result.latency_us and not result.device.emulated]
    if not results:
        raise UsageError(
            "no run of a real device with times is among them", "instructions of an emulator are no result"
        )
    files: dict[str, bytes] = {"README.md": f"# Results in the layout of MLPerf Tiny\n\n{_NOTE}\n".encode()}
    for result in results:
        system, model = _name(result.device.name), _name(result.model.name)
        files[f"systems/{system}.json"] = _json(
            {
                "note": _NOTE,
                "system_name": result.device.name,
                "board": result.device.board,
                "target": result.device.target,
                "processor": result.device.cpu,
                "operating_system": result.device.os,
                "framework": f"{result.runtime.name} {result.runtime.version}",
            }
        )
        folder = f"results/{system}/{model}"
        if f"{folder}/result.json" in files:
            continue  # the newest run stands for the model
        files[f"{folder}/performance.txt"] = _performance(result).encode()
        files[f"{folder}/result.json"] = _json({"note": _NOTE, **result.to_json()})
    return files


def _performance(result: Result) -> str:
    assert result.latency_us is not None
    lines = [_NOTE, f"model: {result.model.name}", f"sha256: {result.model.sha256}", "scenario: single stream", ""]
    windows = [one.samples for one in result.latency_us.rounds if one.samples]
    rates = sorted(1e6 * len(samples) / sum(samples) for samples in windows)
    lines += [f"window {number}: {rate:.3f} inferences/s" for number, rate in enumerate(rates)]
    lines += [f"median: {rates[len(rates) // 2]:.3f} inferences/s"]
    if len(rates) < _RUNS:
        lines.append(f"note: MLPerf Tiny asks for the median of {_RUNS} windows, here are {len(rates)}")
    lines += [f"latency p50: {result.latency_us.p50:g} us", f"latency p90: {result.latency_us.p90:g} us", ""]
    return "\n".join(lines)


def _name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text).strip("._") or "unnamed"


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=True) + "\n").encode()
