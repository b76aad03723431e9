"""Runs in the formats of other tools. A format is a function of runs; FORMATS names them all."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence

from edgeflow.results.store import Stored

Files = Mapping[str, bytes]  # by relative path; a format of one file gives it the name of its suffix
FORMATS: Mapping[str, str] = {
    "csv": "a line a run, for spreadsheets",
    "google-benchmark": "JSON as Google Benchmark writes it, for its compare.py and what reads it",
    "pytest-benchmark": "JSON as pytest-benchmark stores it",
    "junit": "a test case a run, failed where it is not to be trusted, for build servers",
    "prometheus": "text for a node exporter's textfile collector or a push gateway",
    "mlflow": "runs of an MLflow tracking store, which is a folder; needs the extra mlflow",
    "mlperf-tiny": "a folder laid out as MLPerf Tiny's results, not verified by MLCommons",
}
FOLDERS = ("mlflow", "mlperf-tiny")


def render(format_name: str, runs: Sequence[Stored]) -> Files:
    """The files of a format, by relative path. Raises UsageError where the runs have nothing that it can hold."""
    module = importlib.import_module(f"edgeflow.results.export.{format_name.replace('-', '_')}")
    made: Callable[[Sequence[Stored]], Files] = module.render
    return made(runs)
