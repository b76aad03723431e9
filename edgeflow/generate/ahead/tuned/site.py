"""One operator as a variant sees it: the model's side, and what the runtime's prepare made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgeflow.generate.ahead.prepared import Node
from edgeflow.model.types import Operator, Subgraph, Tensor

_DTYPES = {"INT8": "<i1", "INT16": "<i2", "INT32": "<i4", "INT64": "<i8", "FLOAT32": "<f4"}
_FEATURES = {"reference": frozenset[str](), "dsp": frozenset({"dsp"}), "mve": frozenset({"dsp", "mve"})}


@dataclass(frozen=True)
class Site:
    """`node.record` is the record of the interpreter's kernel; `positions` say where constants begin in `content`."""

    operator: Operator
    node: Node
    graph: Subgraph
    content: bytes
    positions: Mapping[int, int]
    features: frozenset[str]

    def tensor(self, operand: int) -> Tensor | None:
        """The operand's tensor, None where it is absent."""
        if operand >= len(self.operator.inputs) or self.operator.inputs[operand] < 0:
            return None
        return self.graph.tensors[self.operator.inputs[operand]]

    @property
    def output(self) -> Tensor:
        return self.graph.tensors[self.operator.outputs[0]]

    def values(self, operand: int) -> npt.NDArray[np.generic] | None:
        """A constant operand's values in its shape; None where it is absent or no constant of a numeric type."""
        tensor = self.tensor(operand)
        if tensor is None or tensor.index not in self.positions or tensor.dtype not in _DTYPES:
            return None
        start = self.positions[tensor.index]
        return np.frombuffer(self.content[start : start + tensor.bytes], _DTYPES[tensor.dtype]).reshape(tensor.shape)


def features_of(kernels: str) -> frozenset[str]:
    """What cores have for kernels, "dsp" and "mve", by the `kernels` of their target."""
    return _FEATURES.get(kernels, frozenset())
