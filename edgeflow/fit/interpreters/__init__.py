"""Tables of what each interpreter loads, as asked by `edgeflow.fit.probe`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edgeflow.errors import TargetError

FOLDER = Path(__file__).resolve().parent
_FILES = {"litert": "ai-edge-litert", "tflite-runtime": "tflite-runtime", "tflite-micro": "tflite-micro"}


@dataclass(frozen=True)
class InterpreterTable:
    """Highest version of each builtin operator, and the custom operators, that one version of an interpreter has."""

    name: str
    version: str
    measured: str
    operators: dict[str, int]
    custom: frozenset[str]


@cache
def interpreter_table(runtime: str) -> InterpreterTable:
    """The table of a target's `runtime`, or of `tflite-micro`. Raises TargetError when there is none."""
    if runtime not in _FILES:
        raise TargetError(f"no operator table of runtime {runtime!r}", f"known runtimes: {', '.join(_FILES)}")
    file = tomllib.loads((FOLDER / f"{_FILES[runtime]}.toml").read_text(encoding="utf-8"))
    return InterpreterTable(
        file["name"], file["version"], str(file["measured"]), dict(file["operators"]), frozenset(file["custom"])
    )
