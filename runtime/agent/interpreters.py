"""The one interpreter this device has: ai-edge-litert, else tflite-runtime, found without importing it.

`edgeflow devices provision` puts one into BASE/python/cpXY, for the Python XY that runs the agent.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import Any, Tuple

from edgeflow.wire.constants import Status

from .refusal import Refusal

_KNOWN = (("litert", "ai_edge_litert", "ai-edge-litert"), ("tflite-runtime", "tflite_runtime", "tflite-runtime"))
_ADVICE = "neither ai-edge-litert nor tflite-runtime: edgeflow devices provision brings one"


def use_provisioned(base: str) -> None:
    """Let what was provisioned below `base` for this Python go before what else is installed."""
    folder = os.path.join(base, "python", "cp%d%d" % sys.version_info[:2])
    if os.path.isdir(folder):
        sys.path.insert(0, folder)


def found() -> Tuple[str, str, str]:
    """Return (name, version, module) of the interpreter that would be used; empty where there is none."""
    for name, module, distribution in _KNOWN:
        if importlib.util.find_spec(module) is not None and importlib.util.find_spec("numpy") is not None:
            return name, _version(distribution), module
    return "", "", ""


def load(module: str = "interpreter") -> Any:
    """Import the interpreter. Raises Refusal (NO_RUNTIME) that says what to install."""
    name, _, package = found()
    if not name:
        raise Refusal(Status.NO_RUNTIME, _ADVICE)
    if module != "interpreter" and name != "litert":
        raise Refusal(Status.UNSUPPORTED_OPTION, f"{name} has no {module.replace('_', '-')} API")
    try:
        return importlib.import_module(f"{package}.{module}")
    except Exception as error:  # a broken installation can fail in any way
        if module != "interpreter":
            raise Refusal(Status.UNSUPPORTED_OPTION, f"the {module.replace('_', '-')} API: {error}") from None
        raise Refusal(Status.NO_RUNTIME, f"{name} does not start: {error}") from None


def _version(distribution: str) -> str:
    try:
        from importlib import metadata

        return metadata.version(distribution)
    except Exception:  # a copied folder without its metadata still runs
        return "?"
