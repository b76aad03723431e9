"""Segments: operators that run together a row at a time, with rings of a few rows between them (ef_stream.c).

A row is made when it is wanted, from the segment's last operator backwards, and made once. From that order follow, for
a tensor inside a segment, how many rows of it are needed at once (its ring), and for the segment's input, by how much
it has to lie behind the output that is written over it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from edgeflow.fit.table import operators
from edgeflow.fit.window import Window
from edgeflow.generate.ahead.prepared import Node, Prepared, Segment
from edgeflow.generate.ahead.tuned.variant import ROW_DRIVERS
from edgeflow.generate.ahead.window import Rule, aligned, window_of
from edgeflow.model.types import Operator, Subgraph

MOST_STAGES = 64  # EF_STREAM_MOST_STAGES
FEED = -1  # the operator of a stage that stands for the caller
_KERNELS = [kernel for entry in operators() for kernel in entry.kernels]
TAKEN = {kernel.name: f"ef_{kernel.name}_take" for kernel in _KERNELS if kernel.take}
ELEMENTWISE = frozenset(kernel.name for kernel in _KERNELS if kernel.elements)
_COUNT = struct.Struct("<I")
_REDUCE = struct.Struct("<4I")  # outputs, runs, run, run_step


@dataclass(frozen=True)
class Stage:
    """One operator of a segment. `sources` are the tensors that come by rows, `rows` how often it runs.

    `kind`: "row", "elementwise" or "take" as `struct ef_stream_stage` has them, "feed" where the caller gives the rows
    (the operator is then FEED); `reads` gives of a run the input rows.
    """

    operator: int
    kind: Literal["row", "elementwise", "take", "feed"]
    sources: tuple[int, ...]
    output: int
    rows: int
    window: Window | None
    scratch_bytes: int
    kept_bytes: int

    def reads(self, row: int) -> tuple[int, int]:
        """First and one past the last row of each source that run `row` reads."""
        if self.kind != "row" or self.window is None:
            return row, row + 1
        first, end = self.window.reads(row)
        return first, end

    def writes(self, row: int) -> int | None:
        """The output row that run `row` makes; None where it only takes."""
        if self.kind == "take":
            return 0 if row == self.rows - 1 else None
        return row


@dataclass(frozen=True)
class Event:
    """A stage's run: the number of the stage in its segment, and which run of it."""

    stage: int
    row: int


@dataclass(frozen=True)
class Layout:
    """What one segment needs: rows kept of each inner tensor, bytes kept by stages from run to run, scratch.

    `rules` says how the output may lie over each input, where nothing reads that after the segment.
    """

    stages: tuple[Stage, ...]
    rings: Mapping[int, int]
    rules: Mapping[tuple[int, int], Rule]
    scratch_bytes: int

    @property
    def output(self) -> int:
        return self.stages[-1].output

    @property
    def operators(self) -> int:
        """How many operators run together."""
        return sum(stage.kind != "feed" for stage in self.stages)

    @property
    def fed(self) -> int | None:
        """The tensor whose rows the caller gives."""
        return next((stage.output for stage in self.stages if stage.kind == "feed"), None)


def feed_of(graph: Subgraph, tensor: int) -> Stage:
    """The caller as a stage: it makes the rows of an input [1, H, W, C]."""
    return Stage(FEED, "feed", (), tensor, graph.tensors[tensor].shape[1], None, 0, 0)


def stage_of(graph: Subgraph, prepared: Prepared, operator: Operator, node: Node) -> Stage | None:
    """The operator as a stage; None where its kernel cannot run by rows."""
    if len(operator.outputs) != 1:
        return None
    out = graph.tensors[operator.outputs[0]]
    sources = tuple(index for index in operator.inputs if index >= 0 and index not in prepared.constants)
    if not sources or any(index in prepared.variables for index in operator.inputs):
        return None
    window = window_of(node)
    takes = TAKEN.get(node.kernel) if node.tuned is None else None
    if takes and window is None and sources == operator.inputs[:1] and _is_mean(graph, operator, node):
        x = graph.tensors[sources[0]]
        return Stage(operator.index, "take", sources, out.index, x.shape[1], None, 0, 4 * x.shape[3])
    if window is not None and window.batches == 1 and sources == operator.inputs[:1]:
        if takes and _is_global(node, window):
            channels = out.shape[-1]
            return Stage(operator.index, "take", sources, out.index, window.in_rows, window, 0, 4 * channels)
        if node.geometry is None and (node.tuned is None or node.tuned.drivers == ROW_DRIVERS):
            return Stage(operator.index, "row", sources, out.index, window.out_rows, window, node.scratch_bytes, 0)
    if node.kernel in ELEMENTWISE and node.tuned is None and len(out.shape) == 4 and out.shape[0] == 1:
        elements = out.shape[1] * out.shape[2] * out.shape[3]
        same = all(graph.tensors[index].shape == out.shape for index in sources)
        if same and len(sources) == len([i for i in operator.inputs if i >= 0]) <= 2:
            counted = _COUNT.unpack_from(node.record)[0] == elements
            if counted and node.scratch is None:
                return Stage(operator.index, "elementwise", sources, out.index, out.shape[1], None, 0, 0)
    return None


def row_record(stage: Stage, node: Node) -> bytes:
    """The record of a stage: that of an elementwise kernel is for one row."""
    if stage.kind != "elementwise":
        return node.record
    (elements,) = _COUNT.unpack_from(node.record)
    return _COUNT.pack(elements // stage.rows) + node.record[_COUNT.size :]


def order(stages: Sequence[Stage]) -> list[Event]:
    """All runs of a segment in the order of ef_stream_run()."""
    maker = {stage.output: number for number, stage in enumerate(stages)}
    needs: list[list[list[tuple[int, int]]]] = [
        [
            [(maker[source], stage.reads(row)[1]) for source in stage.sources if source in maker]
            for row in range(stage.rows)
        ]
        for stage in stages
    ]
    done = [0] * len(stages)
    events: list[Event] = []
    last = len(stages) - 1
    while done[last] < stages[last].rows:
        waiting = [last]  # the way from the last stage to the one that is wanted
        while waiting:
            k = waiting[-1]
            wanted = next((m for m, rows in needs[k][done[k]] if done[m] < rows), None)
            if wanted is not None:
                waiting.append(wanted)
                continue
            events.append(Event(k, done[k]))
            done[k] += 1
            waiting.pop()
    return events


def lay_out(graph: Subgraph, stages: Sequence[Stage], in_place: Sequence[int]) -> Layout | None:
    """Rings and distances of a segment; None where it cannot be one.

    `in_place` are those inputs of the last stage that its output may lie exactly over.
    """
    inner = {stage.output for stage in stages[:-1]}
    if len(stages) > MOST_STAGES or any(stage.kind == "take" for stage in stages[:-1]):
        return None
    events = order(stages)
    last_read: dict[tuple[int, int], int] = {}
    for moment, event in enumerate(events):
        stage = stages[event.stage]
        first, end = stage.reads(event.row)
        for source in stage.sources:
            for row in range(first, end):
                last_read[source, row] = moment
    made = dict.fromkeys(inner, 0)
    oldest = dict.fromkeys(inner, 0)
    rings = dict.fromkeys(inner, 1)
    for moment, event in enumerate(events):
        tensor = stages[event.stage].output
        if tensor not in inner:
            continue
        made[tensor] += 1
        while last_read.get((tensor, oldest[tensor]), -1) < moment and oldest[tensor] < made[tensor] - 1:
            oldest[tensor] += 1
        rings[tensor] = max(rings[tensor], made[tensor] - oldest[tensor])
    inputs = {source for stage in stages for source in stage.sources} - inner
    kept = sum(aligned(stage.kept_bytes) for stage in stages)
    rows = sum(aligned(rings[tensor] * row_bytes(graph, tensor)) for tensor in inner)
    scratch = kept + rows + aligned(max((stage.scratch_bytes for stage in stages), default=0))
    rules = {(x, stages[-1].output): _rule(graph, stages, events, last_read, x, x in in_place) for x in inputs}
    return Layout(tuple(stages), rings, rules, scratch)


def _rule(
    graph: Subgraph,
    stages: Sequence[Stage],
    events: Sequence[Event],
    last_read: Mapping[tuple[int, int], int],
    x: int,
    in_place: bool,
) -> Rule:
    """How far the input has to lie behind the output, each row written before the ones that are read beside it."""
    exactly = in_place and row_bytes(graph, x) == row_bytes(graph, stages[-1].output)
    return Rule(
        forwards=_distance(graph, stages, events, last_read, x, beside=False),
        backwards=None,
        exactly=exactly and _distance(graph, stages, events, last_read, x, beside=True) == 0,
    )


def _distance(
    graph: Subgraph,
    stages: Sequence[Stage],
    events: Sequence[Event],
    last_read: Mapping[tuple[int, int], int],
    x: int,
    *,
    beside: bool,
) -> int:
    """By how much rows of the output come up to rows of x that are still read; `beside`: read before it is written."""
    y, number = stages[-1].output, len(stages) - 1
    x_row, y_row, rows = row_bytes(graph, x), row_bytes(graph, y), graph.tensors[x].shape[1]
    distance, oldest = 0, 0
    for moment, event in enumerate(events):
        row = stages[number].writes(event.row) if event.stage == number else None
        if row is None:
            continue
        while oldest < rows and last_read.get((x, oldest), -1) < moment + (1 if beside else 0):
            oldest += 1
        if oldest < rows:
            distance = max(distance, y_row * (row + 1) - x_row * oldest)
    return distance


def place_segment(graph: Subgraph, first: int, layout: Layout, offset: int) -> Segment:
    """Where everything of a segment lies, from `offset` on: rings, what stages keep, scratch."""
    at = offset
    rings: dict[int, tuple[int, int]] = {}
    for tensor, slots in sorted(layout.rings.items()):
        rings[tensor] = (at, slots)
        at += aligned(slots * row_bytes(graph, tensor))
    kept: dict[int, int] = {}
    for stage in layout.stages:
        if stage.kept_bytes:
            kept[stage.operator] = at
            at += aligned(stage.kept_bytes)
    return Segment(first, first + layout.operators, rings, kept, at, offset, layout.scratch_bytes, layout.fed)


def row_bytes(graph: Subgraph, tensor: int) -> int:
    """Bytes of one row of a tensor [1, H, W, C]; all of another one, which is the output of a stage that takes rows."""
    shape = graph.tensors[tensor].shape
    return graph.tensors[tensor].bytes // (shape[1] if len(shape) == 4 else 1)


def _is_mean(graph: Subgraph, operator: Operator, node: Node) -> bool:
    """Whether a reduction (struct ef_reduce at the record's begin) is one over all pixels of one image."""
    shape = graph.tensors[operator.inputs[0]].shape
    if len(shape) != 4 or shape[0] != 1:
        return False
    return _REDUCE.unpack_from(node.record) == (shape[3], 1, shape[1] * shape[2], shape[3])


def _is_global(node: Node, window: Window) -> bool:
    """Whether one window without padding covers the whole input."""
    (_, in_h, in_w, _, out_h, out_w, _, kernel_h, kernel_w, _, _, _, _, top, left) = struct.unpack_from(
        "<15H", node.record
    )
    return (out_h, out_w, top, left) == (1, 1, 0, 0) and kernel_h >= in_h and kernel_w >= in_w
