"""Runs a memory plan with marked bytes: whatever is read must still be what was written there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edgeflow.fit.window import Window
from edgeflow.generate.ahead.prepared import Node, Prepared, Segment
from edgeflow.generate.ahead.streaming import Stage, feed_of, order, row_bytes, stage_of
from edgeflow.generate.ahead.window import window_of
from edgeflow.model.types import Operator, Subgraph

_POISON = -1
_SHIFT = 32  # a mark is tensor << 32 | byte


class PlanError(Exception):
    """A plan under which an operator would read what another one has overwritten."""


def simulate(graph: Subgraph, prepared: Prepared) -> None:
    """Check places, scratch and row orders of all operators. Raises PlanError with operator, tensor and byte.

    The worst is assumed of kernels: scratch is written before anything is read, and a row (of an operator without
    rows: the whole output) before its own inputs, unless output and input begin at the same byte and the kernel says
    that it works in place. In segments every row is looked at where it lies: in its ring, or in its tensor.
    """
    memory = np.full(prepared.planned_bytes, _POISON, dtype=np.int64)
    run = _Run(graph, prepared, memory)
    fed = {segment.fed for segment in prepared.segments}
    for tensor in set(graph.inputs) - fed:
        run.write(tensor, 0, graph.tensors[tensor].bytes)
    segments = {segment.first: segment for segment in prepared.segments}
    fused = {index for segment in prepared.segments for index in range(segment.first, segment.end)}
    for operator, node in zip(graph.operators, prepared.nodes, strict=True):
        if operator.index in segments:
            run.segment(segments[operator.index])
        elif operator.index not in fused:
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

    def segment(self, segment: Segment) -> None:
        stages = [feed_of(self.graph, segment.fed)] if segment.fed is not None else []
        stages += [self._stage(index) for index in range(segment.first, segment.end)]
        for tensor, (offset, slots) in segment.rings.items():
            self._slice(offset, slots * row_bytes(self.graph, tensor))[:] = _POISON
        for event in order(stages):
            stage = stages[event.stage]
            made = stage.writes(event.row)
            first, end = stage.reads(event.row)
            sources = [(source, row) for source in stage.sources for row in range(first, end)]
            if stage.scratch_bytes:
                self._slice(segment.scratch, stage.scratch_bytes)[:] = _POISON
            if stage.kept_bytes:
                self._keep(stage, segment.kept[stage.operator], event.row)
            at = None if made is None else self._row_at(segment, stage.output, made)
            over = [s for s in sources if self._row_at(segment, *s) == at and self._in_place(stage, s[0])]
            for source in over:
                self._read_row(segment, stage.operator, *source)
            if made is not None and at is not None:
                self._slice(at, row_bytes(self.graph, stage.output))[:] = self._row_marks(stage.output, made)
            for source in sources:
                if source not in over:
                    self._read_row(segment, stage.operator, *source)

    def _stage(self, index: int) -> Stage:
        stage = stage_of(self.graph, self.prepared, self.graph.operators[index], self.prepared.nodes[index])
        if stage is None:
            raise PlanError(f"operator {index} does not run by rows")
        return stage

    def _in_place(self, stage: Stage, source: int) -> bool:
        inputs, node = self.graph.operators[stage.operator].inputs, self.prepared.nodes[stage.operator]
        return stage.kind == "elementwise" and any(inputs[position] == source for position in node.in_place)

    def _keep(self, stage: Stage, offset: int, row: int) -> None:
        """What a stage keeps from row to row must still be there."""
        marks = _marks(-2 - stage.operator, 0, stage.kept_bytes)
        found = self._slice(offset, stage.kept_bytes)
        if row > 0 and (found != marks).any():
            raise PlanError(f"operator {stage.operator} finds its sums overwritten")
        found[:] = marks

    def _row_at(self, segment: Segment, tensor: int, row: int) -> int:
        size = row_bytes(self.graph, tensor)
        if tensor in segment.rings:
            offset, slots = segment.rings[tensor]
            return offset + row % slots * size
        return self.prepared.planned[tensor] + row * size

    def _row_marks(self, tensor: int, row: int) -> npt.NDArray[np.int64]:
        size = row_bytes(self.graph, tensor)
        return _marks(tensor, row * size, size)

    def _read_row(self, segment: Segment, operator: int, tensor: int, row: int) -> None:
        found = self._slice(self._row_at(segment, tensor, row), row_bytes(self.graph, tensor))
        if (found != self._row_marks(tensor, row)).any():
            raise PlanError(f"operator {operator} reads row {row} of tensor {tensor}: overwritten")

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
