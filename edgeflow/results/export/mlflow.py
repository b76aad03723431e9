"""Runs of an MLflow tracking store: parameters, metrics, tags, and the whole answer as an artifact."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from edgeflow.bench.types import Result
from edgeflow.errors import EdgeflowError
from edgeflow.results.export.timed import measured
from edgeflow.results.store import Stored

_EXPERIMENT = "edgeflow"


def render(runs: Sequence[Stored]) -> dict[str, bytes]:
    """The files of a new tracking store that holds the runs, one MLflow run each, by relative path."""
    stored = {run.run_id: run for run in runs}
    results = measured(runs)
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # it warns that files are an old way, and asks for this
    try:
        from mlflow import MlflowClient
    except ImportError:
        raise EdgeflowError("writing MLflow runs needs mlflow", "pip install 'edgeflow[mlflow]'") from None
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        client = MlflowClient(tracking_uri=folder.as_uri())
        experiment = client.create_experiment(_EXPERIMENT, artifact_location="artifacts")
        for result in results:
            _log(client, experiment, result, stored[result.run_id], folder)
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return files


def _log(client: Any, experiment: str, result: Result, run: Stored, folder: Path) -> None:
    when = int(datetime.fromisoformat(result.created).timestamp() * 1000)
    tags = {"mlflow.runName": result.run_id, "edgeflow.trusted": str(result.trusted).lower()}
    tags |= {f"edgeflow.tag.{tag}": "true" for tag in run.tags}
    if run.project_commit:
        tags["mlflow.source.git.commit"] = run.project_commit
    made = client.create_run(experiment, start_time=when, tags=tags).info.run_id
    parameters = {
        "model": result.model.name,
        "model_sha256": result.model.sha256,
        "device": result.device.name,
        "target": result.device.target,
        "runtime": f"{result.runtime.name} {result.runtime.version}",
        "delegate": result.runtime.delegate,
        "threads": result.runtime.threads,
    }
    for key, value in parameters.items():
        client.log_param(made, key, "" if value is None else value)
    for key, number in _metrics(result).items():
        client.log_metric(made, key, number, timestamp=when)
    client.set_terminated(made, end_time=when)


def _metrics(result: Result) -> dict[str, float]:
    found: dict[str, float | None] = {
        "init_us": result.init_us,
        "first_invoke_us": result.first_invoke_us,
        "peak_rss_bytes": result.memory_bytes.peak_rss,
        "arena_planned_bytes": result.memory_bytes.arena_planned,
        "model_bytes": result.model.bytes,
    }
    if result.latency_us:
        found |= {f"{name}_us": getattr(result.latency_us, name) for name in ("p50", "p90", "p99", "mean", "mad")}
    if result.wrapper_us:
        found |= {"pre_p50_us": result.wrapper_us.pre.p50, "post_p50_us": result.wrapper_us.post.p50}
    if result.instructions:
        found["instructions"] = result.instructions.per_invoke
    return {name: float(value) for name, value in found.items() if value is not None}
