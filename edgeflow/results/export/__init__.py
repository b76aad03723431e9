"""Runs in the formats of other tools. A format is a function of runs; FORMATS names them all."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence

from edgeflow.results.store import Stored

Files = Mapping[str, bytes]  # by relative path; a format of one file gives it the name of its suffix
FORMATS = ("csv", "google-benchmark", "pytest-benchmark", "junit", "prometheus", "mlflow", "mlperf-tiny")
FOLDERS = ("mlflow", "mlperf-tiny")


def render(format_name: str, runs: Sequence[Stored]) -> Files:
    """The files of a format, by relative path. Raises UsageError where the runs have nothing that it can hold."""
    module = importlib.import_module(f"edgeflow.results.export.{format_name.replace('-', '_')}")
    made: Callable[[Sequence[Stored]], Files] = module.render
    return made(runs)
