"""A line a run, for spreadsheets. What a spreadsheet would run as a formula is quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from edgeflow.results.store import Stored

_COLUMNS = (
    ("run_id", "run_id"),
    ("created", "created"),
    ("model", "model.name"),
    ("model_sha256", "model.sha256"),
    ("device", "device.name"),
    ("target", "device.target"),
    ("board", "device.board"),
    ("emulated", "device.emulated"),
    ("runtime", "runtime.name"),
    ("runtime_version", "runtime.version"),
    ("threads", "runtime.threads"),
    ("delegate", "runtime.delegate"),
    ("init_us", "init_us"),
    ("first_invoke_us", "first_invoke_us"),
    ("count", "latency_us.count"),
    ("min_us", "latency_us.min"),
    ("mean_us", "latency_us.mean"),
    ("p50_us", "latency_us.p50"),
    ("p90_us", "latency_us.p90"),
    ("p99_us", "latency_us.p99"),
    ("max_us", "latency_us.max"),
    ("mad_us", "latency_us.mad"),
    ("pre_p50_us", "wrapper_us.pre.p50"),
    ("post_p50_us", "wrapper_us.post.p50"),
    ("instructions", "instructions.per_invoke"),
    ("init_instructions", "instructions.init"),
    ("arena_planned_bytes", "memory_bytes.arena_planned"),
    ("arena_persistent_bytes", "memory_bytes.arena_persistent"),
    ("peak_rss_bytes", "memory_bytes.peak_rss"),
    ("stack_bytes", "memory_bytes.stack"),
    ("model_bytes", "model.bytes"),
    ("text_bytes", "flash_bytes.text"),
    ("trusted", "trusted"),
)


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """One file; an unavailable number is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*(name for name, _ in _COLUMNS), "reasons", "tags", "project_commit"])
    for run in runs:
        cells = [_cell(_at(run.document, path)) for _, path in _COLUMNS]
        reasons = _cell("; ".join(run.document.get("reasons") or ()))
        writer.writerow([*cells, reasons, _cell(" ".join(run.tags)), run.project_commit or ""])
    return {"csv": out.getvalue().encode()}


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
