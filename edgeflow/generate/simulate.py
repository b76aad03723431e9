"""Runs a memory plan with marked bytes: whatever is read must still be what was written there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edgeflow.generate.overlap import Window, window_of
from edgeflow.generate.prepared import Node, Prepared
from edgeflow.model.types import Operator, Subgraph

_POISON = -1
_SHIFT = 32  # a mark is tensor << 32 | byte


class PlanError(Exception):
    """A plan under which an operator would read what another one has overwritten."""


def simulate(graph: Subgraph, prepared: Prepared) -> None:
    """Check places, scratch and row orders of all operators. Raises PlanError with operator, tensor and byte.

    The worst is assumed of kernels: scratch is written before anything is read, and a row (of an operator without
    rows: the whole output) before its own inputs, unless output and input begin at the same byte and the kernel says
    that it works in place.
    """
    memory = np.full(prepared.planned_bytes, _POISON, dtype=np.int64)
    run = _Run(graph, prepared, memory)
    for tensor in graph.inputs:
        run.write(tensor, 0, graph.tensors[tensor].bytes)
    for operator, node in zip(graph.operators, prepared.nodes, strict=True):
        run.operator(operator, node)
    for tensor in graph.outputs:
        run.read(len(graph.operators), tensor, 0, graph.tensors[tensor].bytes)


class _Run:
    def __init__(self, graph: Subgraph, prepared: Prepared, memory: npt.NDArray[np.int64]) -> None:
        self.graph, self.prepared, self.memory = graph, prepared, memory

    def operator(self, operator: Operator, node: Node) -> None:
        if node.scratch is not None:
            self._slice(node.scratch, node.scratch_bytes)[:] = _POISON
        window = window_of(node)
        if window is not None and window.batches == 1:
            self._rows(operator, node, window)
            return
        places = self.prepared.planned
        out = operator.outputs[0]
        over = [
            x
            for position, x in enumerate(operator.inputs)
            if position in node.in_place and x in places and out in places and places[x] == places[out]
        ]
        for tensor in over:
            self.read(operator.index, tensor, 0, self.graph.tensors[tensor].bytes)
        for tensor in operator.outputs:
            self.write(tensor, 0, self.graph.tensors[tensor].bytes)
        for tensor in operator.inputs:
            if tensor not in over:
                self.read(operator.index, tensor, 0, self.graph.tensors[tensor].bytes)

    def _rows(self, operator: Operator, node: Node, window: Window) -> None:
        rows = range(window.out_rows)
        for row in reversed(rows) if node.backwards else rows:
            self.write(operator.outputs[0], row * window.out_row_bytes, window.out_row_bytes)
            first, end = window.reads(row)
            self.read(
                operator.index, operator.inputs[0], first * window.in_row_bytes, (end - first) * window.in_row_bytes
            )
            for tensor in operator.inputs[1:]:
                if tensor >= 0:
                    self.read(operator.index, tensor, 0, self.graph.tensors[tensor].bytes)

    def write(self, tensor: int, begin: int, size: int) -> None:
        if tensor in self.prepared.planned:
            self._slice(self.prepared.planned[tensor] + begin, size)[:] = _marks(tensor, begin, size)

    def read(self, operator: int, tensor: int, begin: int, size: int) -> None:
        if tensor not in self.prepared.planned:
            return
        found = self._slice(self.prepared.planned[tensor] + begin, size)
        wrong = np.flatnonzero(found != _marks(tensor, begin, size))
        if wrong.size:
            raise PlanError(f"operator {operator} reads byte {begin + int(wrong[0])} of tensor {tensor}: overwritten")

    def _slice(self, first: int, size: int) -> npt.NDArray[np.int64]:
        if first < 0 or first + size > self.memory.size:
            raise PlanError(f"bytes {first}..{first + size} leave the arena of {self.memory.size}")
        return self.memory[first : first + size]


def _marks(tensor: int, begin: int, size: int) -> npt.NDArray[np.int64]:
    return (np.int64(tensor) << _SHIFT) + np.arange(begin, begin + size, dtype=np.int64)
