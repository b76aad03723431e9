"""Which operators the interpreter runs together by rows, for a plan that a model brings along."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.fit.operators import Choice, choose
from edgeflow.fit.segments import MOST_OPERATORS, MOST_ROWS, TAKES, Together
from edgeflow.fit.window import pool_width, window_of_operator
from edgeflow.generate.ahead.prepared import Node, Prepared, sized
from edgeflow.generate.ahead.segments import cut_pieces
from edgeflow.generate.ahead.streaming import Layout
from edgeflow.model.types import Model, Operator, Subgraph

_LARGEST = 32767  # of a size in struct ef_window


@dataclass(frozen=True)
class Streamed:
    """Segments as the entry has them, and how they are laid out."""

    segments: tuple[Together, ...]
    layouts: tuple[Layout, ...]


def stream(model: Model, graph: Subgraph) -> Streamed:
    """The segments with which a subgraph needs the least RAM, the fewest operators in them; of known kernels."""
    graph = sized(graph)
    choices = [choose(graph, operator) for operator in graph.operators]
    taken = [choice for choice in choices if isinstance(choice, Choice)]
    if len(taken) < len(choices) or not taken:
        return Streamed((), ())
    prepared = _prepared(model.content, graph, taken)
    cut = cut_pieces(graph, prepared, MOST_OPERATORS, MOST_ROWS)
    return Streamed(tuple(_together(first, layout) for first, layout in cut), tuple(layout for _, layout in cut))


def _together(first: int, layout: Layout) -> Together:
    rows = [layout.rings[stage.output] for stage in layout.stages[:-1]]
    return Together(first, (*rows, TAKES if layout.stages[-1].kind == "take" else 0))


def _prepared(content: bytes, graph: Subgraph, choices: Sequence[Choice]) -> Prepared:
    """What the planner of segments needs to know of the interpreter's kernels; records are only their beginnings."""
    tensors = {index for operator in graph.operators for index in (*operator.inputs, *operator.outputs) if index >= 0}
    tensors |= {*graph.inputs, *graph.outputs}
    constants = {index: 0 for index in tensors if graph.tensors[index].is_constant}
    variables = {index for index in tensors if graph.tensors[index].is_variable}
    return Prepared(
        planned_bytes=0,
        variable_bytes=0,
        planned=dict.fromkeys(sorted(tensors - set(constants) - variables), 0),
        variables={},
        constants=constants | dict.fromkeys(variables, 0),
        nodes=tuple(_node(content, graph, o, c) for o, c in zip(graph.operators, choices, strict=True)),
    )


def _node(content: bytes, graph: Subgraph, operator: Operator, choice: Choice) -> Node:
    kernel = choice.kernel
    record = _window(content, graph, operator) if kernel.row else b""
    if kernel.take and not kernel.row:
        record = _reduction(content, graph, operator)
    if kernel.elements:
        out = graph.tensors[operator.outputs[0]]
        record = struct.pack("<I", out.bytes)
    return Node(
        kernel=kernel.name,
        by_rows=kernel.row and record != b"",
        operands=len(kernel.inputs),
        in_place=kernel.in_place,
        scratch=0 if choice.scratch_bytes else None,
        scratch_bytes=choice.scratch_bytes,
        record=record,
    )


def _reduction(content: bytes, graph: Subgraph, operator: Operator) -> bytes:
    """The begin of struct ef_reduce where all pixels of one image are reduced; otherwise one that is not that."""
    x, axes = (graph.tensors[index] for index in operator.inputs[:2])
    values = struct.unpack_from(f"<{axes.constant_bytes // 4}i", content, axes.data_offset)
    if len(x.shape) == 4 and {value % 4 for value in values} == {1, 2}:
        return struct.pack("<4I", x.shape[3], 1, x.shape[1] * x.shape[2], x.shape[3])
    return struct.pack("<4I", 0, 0, 0, 0)


def _window(content: bytes, graph: Subgraph, operator: Operator) -> bytes:
    """The struct ef_window as far as rows depend on it; empty where it is none."""
    window = window_of_operator(content, graph, operator)
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
    if window is None or max(*x.shape, *y.shape, window.reach, window.stride, window.pad_top) > _LARGEST:
        return b""
    width = pool_width(content, operator)
    left = 0 if width == x.shape[2] else 1  # only whether it covers the whole width counts
    sizes = (x.bytes // (window.batches * x.shape[1]), y.bytes // (window.batches * y.shape[1]))
    in_bytes, out_bytes = sizes[0] // (x.shape[2] * x.shape[3]), sizes[1] // (y.shape[2] * y.shape[3])
    shape = (window.batches, *x.shape[1:], *y.shape[1:])
    return struct.pack(
        "<18H",
        *shape,
        *(window.reach, min(width, _LARGEST), window.stride, 1, 1, 1, window.pad_top, left, in_bytes, out_bytes, 0),
    )
