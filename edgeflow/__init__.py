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
    from edgeflow.pipeline.accuracy import accuracy
    from edgeflow.pipeline.bench import bench
    from edgeflow.pipeline.check import check
    from edgeflow.pipeline.compare import compare
    from edgeflow.pipeline.convert import convert, convert_all
    from edgeflow.pipeline.demo import demo
    from edgeflow.pipeline.deploy import deploy
    from edgeflow.pipeline.deploy_many import deploy_many
    from edgeflow.pipeline.devices import list_devices, probe_device, reset_device, show_device
    from edgeflow.pipeline.doctor import doctor
    from edgeflow.pipeline.flash import flash
    from edgeflow.pipeline.generate import generate, generate_files
    from edgeflow.pipeline.generate_runner import generate_runner, generate_runner_files
    from edgeflow.pipeline.inspect import inspect
    from edgeflow.pipeline.inspect_source import inspect_source
    from edgeflow.pipeline.invoke import invoke
    from edgeflow.pipeline.keys import list_keys, new_key, trust_key
    from edgeflow.pipeline.metadata import metadata_extract, metadata_show, metadata_write
    from edgeflow.pipeline.provision import provision
    from edgeflow.pipeline.prune import prune
    from edgeflow.pipeline.quantize_aware import quantize_aware
    from edgeflow.pipeline.replay import replay
    from edgeflow.pipeline.replay_conversion import replay_conversion
    from edgeflow.pipeline.report import report
    from edgeflow.pipeline.results import export_results, import_results, list_results, show_result, tag_result
    from edgeflow.pipeline.rollback import rollback
    from edgeflow.pipeline.run import Run, run
    from edgeflow.pipeline.runtimes import runtimes
    from edgeflow.pipeline.targets import list_targets, show_target
    from edgeflow.pipeline.tradeoff import tradeoff
    from edgeflow.pipeline.validate import validate
    from edgeflow.resources import include_dir
    from edgeflow.targets.types import Board, Target

_HOMES = {
    "accuracy": "pipeline.accuracy",
    "bench": "pipeline.bench",
    "check": "pipeline.check",
    "compare": "pipeline.compare",
    "convert": "pipeline.convert",
    "convert_all": "pipeline.convert",
    "demo": "pipeline.demo",
    "deploy": "pipeline.deploy",
    "deploy_many": "pipeline.deploy_many",
    "doctor": "pipeline.doctor",
    "flash": "pipeline.flash",
    "generate": "pipeline.generate",
    "generate_files": "pipeline.generate",
    "generate_runner": "pipeline.generate_runner",
    "generate_runner_files": "pipeline.generate_runner",
    "include_dir": "resources",
    "inspect": "pipeline.inspect",
    "inspect_source": "pipeline.inspect_source",
    "export_results": "pipeline.results",
    "import_results": "pipeline.results",
    "invoke": "pipeline.invoke",
    "list_results": "pipeline.results",
    "show_result": "pipeline.results",
    "tag_result": "pipeline.results",
    "list_devices": "pipeline.devices",
    "list_keys": "pipeline.keys",
    "list_targets": "pipeline.targets",
    "metadata_extract": "pipeline.metadata",
    "metadata_show": "pipeline.metadata",
    "metadata_write": "pipeline.metadata",
    "new_key": "pipeline.keys",
    "probe_device": "pipeline.devices",
    "provision": "pipeline.provision",
    "prune": "pipeline.prune",
    "quantize_aware": "pipeline.quantize_aware",
    "replay": "pipeline.replay",
    "replay_conversion": "pipeline.replay_conversion",
    "report": "pipeline.report",
    "reset_device": "pipeline.devices",
    "rollback": "pipeline.rollback",
    "run": "pipeline.run",
    "runtimes": "pipeline.runtimes",
    "show_device": "pipeline.devices",
    "show_target": "pipeline.targets",
    "tradeoff": "pipeline.tradeoff",
    "trust_key": "pipeline.keys",
    "validate": "pipeline.validate",
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
    "accuracy",
    "bench",
    "check",
    "compare",
    "convert",
    "convert_all",
    "demo",
    "deploy",
    "deploy_many",
    "doctor",
    "export_results",
    "flash",
    "generate",
    "generate_files",
    "generate_runner",
    "generate_runner_files",
    "import_results",
    "include_dir",
    "inspect",
    "inspect_source",
    "invoke",
    "list_devices",
    "list_keys",
    "list_results",
    "list_targets",
    "metadata_extract",
    "metadata_show",
    "metadata_write",
    "new_key",
    "probe_device",
    "provision",
    "prune",
    "quantize_aware",
    "replay",
    "replay_conversion",
    "report",
    "reset_device",
    "rollback",
    "run",
    "runtimes",
    "show_device",
    "show_result",
    "show_target",
    "tag_result",
    "tradeoff",
    "trust_key",
    "validate",
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
