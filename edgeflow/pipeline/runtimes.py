"""`check --runtimes`: which runtimes can run a finished model."""

from __future__ import annotations

from pathlib import Path

from edgeflow.convert import worker as workers
from edgeflow.convert.surveyed import gpu_verdict
from edgeflow.errors import EdgeflowError
from edgeflow.fit.runtimes import RuntimeRow, known_runtimes
from edgeflow.model.read import load_model
from edgeflow.model.types import Model

_SOURCE = "TensorFlow Lite's analyzer; no GPU was asked"


def runtimes(
    model: Model | Path | str, *, timeout_s: float = 600.0, worker: workers.Worker | None = None
) -> tuple[RuntimeRow, ...]:
    """One row a runtime: LiteRT, tflite-runtime, Play services, the GPU delegate, TFLM and edgeflow's own.

    The GPU delegate's row comes from TensorFlow in the conversion child; without TensorFlow it is unknown. Raises
    ModelError.
    """
    read = model if isinstance(model, Model) else load_model(model)
    litert, legacy, services, micro, own = known_runtimes(read)
    return litert, legacy, services, _gpu(read, worker or workers.shared(), timeout_s), micro, own


def _gpu(model: Model, worker: workers.Worker, timeout_s: float) -> RuntimeRow:
    try:
        version, compatible, findings = gpu_verdict(model.path, worker, timeout_s=timeout_s)
    except EdgeflowError as error:
        return RuntimeRow("GPU delegate", None, "unknown", (f"could not be asked: {error.message}",), "none")
    if compatible:
        said = "the analyzer objects to nothing, which is no proof: it passes models that GPUs refuse"
        return RuntimeRow("GPU delegate", version, "unknown", (said,), _SOURCE)
    return RuntimeRow("GPU delegate", version, "no", findings or ("the analyzer does not call it fit",), _SOURCE)
