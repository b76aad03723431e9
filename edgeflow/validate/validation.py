"""How near a device's outputs are to LiteRT's, and the first operator that is not near enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from edgeflow.convert.arrays import Arrays
from edgeflow.model.compare import Difference, difference
from edgeflow.model.real import is_quantized, real
from edgeflow.model.types import Subgraph, Tensor
from edgeflow.validate.types import Divergence, Step, Tolerance


def errors_between(expected: Arrays, actual: Arrays, tensors: Mapping[str, Tensor]) -> tuple[Difference, ...]:
    """Raw outputs of two runs as real values, one Difference an output; LSB counts quantization steps."""
    found = []
    for name, tensor in tensors.items():
        want, have = expected[name], actual[name].reshape(expected[name].shape)
        if is_quantized(tensor):
            steps = difference(name, want, have).max_lsb
            found.append(replace(difference(name, real(want, tensor), real(have, tensor)), max_lsb=steps))
        else:
            found.append(replace(difference(name, want, have), max_lsb=None))
    return tuple(found)


def is_within(errors: Sequence[Difference], expected: Arrays, tolerance: Tolerance) -> bool:
    """Whether all outputs are near enough; NaN or an infinity on one side only never is."""
    return all(near(error, expected[error.name], tolerance) for error in errors)


def near(error: Difference, expected: np.ndarray[tuple[int, ...], np.dtype[np.generic]], tolerance: Tolerance) -> bool:
    """The rule for one output."""
    if error.non_finite:
        return False
    if error.max_lsb is not None:
        return error.max_lsb <= tolerance.lsb
    if expected.dtype.kind != "f":
        return error.equal
    finite = np.abs(expected[np.isfinite(expected)].astype(np.float64))
    return error.max_abs <= tolerance.relative * float(finite.max(initial=0.0))


def diverging(graph: Subgraph, expected: Arrays, actual: Arrays, tolerance: Tolerance) -> Divergence:
    """The operators' outputs (named `OPERATOR:PLACE`) in order, and the first beyond tolerance."""
    steps: list[Step] = []
    first: Step | None = None
    for name in expected:
        number, _, place = name.partition(":")
        operator = graph.operators[int(number)]
        tensor = graph.tensors[operator.outputs[int(place)]]
        (error,) = errors_between(expected, actual, {name: tensor})
        step = Step(operator.index, operator.name, tensor.name, error)
        steps.append(step)
        if first is None and not near(error, expected[name], tolerance):
            first = step
    return Divergence(tuple(steps), first, None)
