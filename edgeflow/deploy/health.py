"""Whether a model works on a device: golden inputs there, compared with this machine's interpreter."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np

from edgeflow.deploy.types import Bundle, Health
from edgeflow.device.answers import TensorInfo
from edgeflow.device.connect import reference_session
from edgeflow.device.session import Session
from edgeflow.device.tensors import feed_random, output_array
from edgeflow.errors import DeviceError, EdgeflowError, MismatchError, UsageError
from edgeflow.model.types import NUMPY_DTYPES
from edgeflow.wire.constants import Reset, Side

# Optimized kernels round differently on each processor, and a near-tie behind a softmax can amplify that; a broken
# runtime is off by far more.
LIMIT_STEPS = 32.0
LIMIT_RELATIVE = 0.02
Outputs = tuple[tuple[TensorInfo, bytes], ...]


def check_health(session: Session, source: str, bundle: Bundle, *, same_machine: bool) -> Health:
    """Run the golden inputs on the device's `source` once and compare with this machine's own interpreter.

    Raises MismatchError when an output is not finite or differs by more than rounding explains, and whatever the
    device refuses the model with. On `local:` there is nothing else to compare with.
    """
    try:
        found = _run(session, source, bundle.golden_seed)
    except UsageError as error:
        return Health(0, None, None, f"no golden inputs can be made: {error.message}")
    _finite(bundle, found)
    if same_machine:
        return Health(1, None, None, "this machine is the device")
    try:
        # edgeflow's runtime gives the reference kernels' outputs, the others have XNNPACK's as here
        delegate = "reference" if session.hello.runtime == "edgeflow" else ""
        by, expected = _expected(bundle.model.content, bundle.golden_seed, delegate)
    except (DeviceError, OSError) as error:
        reason = error.message if isinstance(error, EdgeflowError) else str(error)
        return Health(1, None, None, f"this machine cannot run the model: {reason}")
    worst = _compare(bundle, expected, found)
    return Health(1, f"{by} on this machine", worst)


@functools.lru_cache(maxsize=1)  # the same for all devices that one model goes to
def _expected(model: bytes, seed: int, delegate: str) -> tuple[str, Outputs]:
    """This machine's interpreter, by name and version, and what it gives for the golden inputs."""
    with tempfile.TemporaryDirectory(prefix="edgeflow-golden-") as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(model)
        with reference_session(Path(folder)) as reference:
            found = _run(reference, str(path), seed, delegate)
            return f"{reference.hello.runtime} {reference.hello.runtime_version}", found


def _run(session: Session, source: str, seed: int, delegate: str = "") -> Outputs:
    opened = session.open(source, delegate=delegate)
    try:
        for info, data in zip(opened.inputs, feed_random(opened.inputs, seed).data, strict=True):
            session.write_input(info.index, data)
        session.invoke(max_runs=1)
        outputs = session.tensors(Side.OUTPUT, len(opened.outputs))  # a shape may be known only now
        return tuple((info, session.read_output(info.index)) for info in outputs)
    finally:
        session.reset(Reset.CLOSE)


def _finite(bundle: Bundle, outputs: Outputs) -> None:
    for info, data in outputs:
        dtype = NUMPY_DTYPES.get(info.dtype.name)
        if dtype is not None and dtype.kind == "f" and not np.isfinite(output_array(info, data)).all():
            raise MismatchError(
                f"{bundle.name}: output '{info.name}' is not finite on the device",
                "the release that was there before stays; check the model with edgeflow validate",
            )


def _compare(bundle: Bundle, expected: Outputs, found: Outputs) -> float:
    if len(expected) != len(found):
        raise MismatchError(
            f"{bundle.name}: the device names {len(found)} outputs, this machine {len(expected)}",
            "the release that was there before stays; update edgeflow or the runner",
        )
    worst = 0.0
    for (wanted, want), (info, have) in zip(expected, found, strict=True):
        dtype = NUMPY_DTYPES.get(wanted.dtype.name)
        if dtype is None or wanted.dtype != info.dtype or len(want) != len(have):
            off = 0.0 if wanted.dtype == info.dtype and want == have else float("inf")
            limit = 0.0
        else:
            a, b = (np.frombuffer(data, dtype).astype(np.float64) for data in (want, have))
            off = float(np.abs(a - b).max()) if a.size else 0.0
            limit = LIMIT_STEPS
            if dtype.kind == "f":
                off, limit = off / max(1e-6, float(np.abs(a).max()) if a.size else 1.0), LIMIT_RELATIVE
        if not off <= limit:
            raise MismatchError(
                f"{bundle.name}: output '{info.name}' on the device is off by {off:.3g} (at most {limit:g})",
                "the release that was there before stays; compare in detail with edgeflow validate",
            )
        worst = max(worst, off)
    return worst
