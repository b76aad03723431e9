"""A model on samples, on a device: each from a fresh state, outputs as the tensors hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from edgeflow.convert.arrays import Arrays
from edgeflow.device.answers import Opened, TensorInfo
from edgeflow.device.session import Session
from edgeflow.device.tensors import output_array
from edgeflow.errors import LinkError
from edgeflow.model.types import Model, Signature
from edgeflow.progress import Progress
from edgeflow.wire.constants import Reset, Side

T = TypeVar("T")


def run_on_device(
    session: Session, opened: Opened, model: Model, signature: Signature, samples: Arrays, progress: Progress
) -> Arrays:
    """Outputs [n, *shape] by the signature's names, for raw samples [n, *shape].

    `opened` is the model as this session opened it with the same signature. Raises LinkError where what comes back
    does not have the signature's inputs and outputs.
    """
    stateful = any(tensor.is_variable for graph in model.subgraphs for tensor in graph.tensors)
    inputs = by_name(opened.inputs, [name for name, _ in signature.inputs])
    outputs = by_name(opened.outputs, [name for name, _ in signature.outputs])
    rows: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in outputs}
    count = len(next(iter(samples.values())))
    for row in range(count):
        progress("on the device", row, count)
        if row and stateful:
            session.reset(Reset.VARIABLES)
        for name, tensor in inputs.items():
            session.write_input(tensor.index, np.ascontiguousarray(samples[name][row]).tobytes())
        session.invoke(max_runs=1)
        after = by_name(session.tensors(Side.OUTPUT, len(opened.outputs)), list(outputs))
        for name, tensor in after.items():
            rows[name].append(output_array(tensor, session.read_output(tensor.index)))
    progress("on the device", count, count)
    return {name: np.stack(values) for name, values in rows.items()}


def by_name(tensors: Sequence[TensorInfo], names: Sequence[str]) -> Mapping[str, TensorInfo]:
    """The device's tensors by the signature's names: by their own names where these are the same, else by place."""
    if len(tensors) != len(names):
        raise LinkError(f"the device has {len(tensors)} tensors where the model has {len(names)}", "update edgeflow")
    own = {tensor.name: tensor for tensor in tensors}
    if set(own) == set(names):
        return {name: own[name] for name in names}
    return dict(zip(names, tensors, strict=True))
