"""Prometheus' text format: the newest run of each model, device, runtime and number of threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from edgeflow.bench.types import Result
from edgeflow.results.export.timed import measured
from edgeflow.results.store import Stored


def _arena(result: Result) -> float | None:
    memory = result.memory_bytes
    return None if memory.arena_planned is None else memory.arena_planned + (memory.arena_persistent or 0)


def _wrapper(part: Literal["pre", "post"]) -> Callable[[Result], float | None]:
    return lambda result: getattr(result.wrapper_us, part).p50 / 1e6 if result.wrapper_us else None


def _instructions(result: Result) -> float | None:
    return result.instructions.per_invoke if result.instructions else None


_GAUGES: Sequence[tuple[str, str, Callable[[Result], float | None]]] = (
    ("edgeflow_init_seconds", "Load and allocate.", lambda r: None if r.init_us is None else r.init_us / 1e6),
    ("edgeflow_preprocessing_seconds", "Median of the wrapper's work before the model.", _wrapper("pre")),
    ("edgeflow_postprocessing_seconds", "Median of the wrapper's work after the model.", _wrapper("post")),
    ("edgeflow_instructions", "Instructions of one invoke.", _instructions),
    ("edgeflow_peak_rss_bytes", "Peak resident memory.", lambda r: r.memory_bytes.peak_rss),
    ("edgeflow_arena_bytes", "Planned and persistent arena.", _arena),
    ("edgeflow_model_bytes", "Size of the model.", lambda r: r.model.bytes),
    ("edgeflow_trusted", "1 where nothing speaks against the measurement.", lambda r: float(r.trusted)),
    ("edgeflow_measured_timestamp_seconds", "When it was measured.", lambda r: _when(r.created)),
)
_QUANTILES = (("0.5", "p50"), ("0.9", "p90"), ("0.99", "p99"))


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """One file. Runs are expected newest first."""
    newest: dict[str, Result] = {}
    for result in measured(runs):
        newest.setdefault(_labels(result), result)
    lines: list[str] = []
    timed = {labels: result for labels, result in newest.items() if result.latency_us}
    if timed:
        lines += _head("edgeflow_invoke_seconds", "Time of one invoke, by the device's clock.", "summary")
        for labels, result in timed.items():
            latency = result.latency_us
            assert latency is not None
            for quantile, name in _QUANTILES:
                lines.append(
                    f'edgeflow_invoke_seconds{{{labels},quantile="{quantile}"}} {getattr(latency, name) / 1e6!r}'
                )
            lines.append(f"edgeflow_invoke_seconds_sum{{{labels}}} {latency.mean * latency.count / 1e6!r}")
            lines.append(f"edgeflow_invoke_seconds_count{{{labels}}} {latency.count}")
    for name, text, value in _GAUGES:
        found = {labels: number for labels, result in newest.items() if (number := value(result)) is not None}
        if found:
            lines += _head(name, text, "gauge")
            lines += [f"{name}{{{labels}}} {number!r}" for labels, number in found.items()]
    return {"prom": ("\n".join(lines) + "\n").encode()}


def _head(name: str, text: str, kind: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _labels(result: Result) -> str:
    values = {
        "model": result.model.name,
        "device": result.device.name,
        "target": result.device.target or "",
        "runtime": result.runtime.name,
        "delegate": result.runtime.delegate or "",
        "threads": str(result.runtime.threads),
        "emulated": str(result.device.emulated).lower(),
    }
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _when(created: str) -> float | None:
    try:
        return datetime.fromisoformat(created).timestamp()
    except ValueError:
        return None
