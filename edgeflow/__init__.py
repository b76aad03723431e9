"""edgeflow: TensorFlow models to measured numbers on real devices.

The public verbs and types, imported when they are first used.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edgeflow.bench.types import Result
    from edgeflow.convert.types import Conversion
    from edgeflow.deploy.types import Deployment
    from edgeflow.device.types import Device
    from edgeflow.errors import EdgeflowError
    from edgeflow.fit.types import Fit
    from edgeflow.model.types import Model
    from edgeflow.pipeline.bench import bench
    from edgeflow.pipeline.check import check
    from edgeflow.pipeline.convert import convert
    from edgeflow.pipeline.deploy import deploy
    from edgeflow.pipeline.generate import generate
    from edgeflow.pipeline.inspect import inspect
    from edgeflow.pipeline.invoke import invoke
    from edgeflow.pipeline.rollback import rollback
    from edgeflow.pipeline.run import Run, run
    from edgeflow.resources import include_dir
    from edgeflow.targets.types import Board, Target

_HOMES = {
    "bench": "pipeline.bench",
    "check": "pipeline.check",
    "convert": "pipeline.convert",
    "deploy": "pipeline.deploy",
    "generate": "pipeline.generate",
    "inspect": "pipeline.inspect",
    "invoke": "pipeline.invoke",
    "rollback": "pipeline.rollback",
    "run": "pipeline.run",
    "include_dir": "resources",
    "Board": "targets.types",
    "Conversion": "convert.types",
    "Deployment": "deploy.types",
    "Device": "device.types",
    "EdgeflowError": "errors",
    "Fit": "fit.types",
    "Model": "model.types",
    "Result": "bench.types",
    "Run": "pipeline.run",
    "Target": "targets.types",
}

__all__ = [
    "Board",
    "Conversion",
    "Deployment",
    "Device",
    "EdgeflowError",
    "Fit",
    "Model",
    "Result",
    "Run",
    "Target",
    "bench",
    "check",
    "convert",
    "deploy",
    "generate",
    "include_dir",
    "inspect",
    "invoke",
    "rollback",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'edgeflow' has no attribute '{name}'")
    return getattr(importlib.import_module(f"edgeflow.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Keeps `edgeflow.deploy` the verb when the import system binds the folder of the same name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
