"""Segments of the interpreter's plan: operators that run together by rows, as ef_interpreter_segments.c notes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from edgeflow.fit.operators import Choice
from edgeflow.fit.placement import Item, aligned
from edgeflow.model.types import Subgraph

MOST_OPERATORS = 32  # EF_SEGMENT_MOST
MOST_ROWS = 0xFFF  # EF_SEGMENT_ROWS
TAKES = 1


@dataclass(frozen=True)
class Together:
    """Operators from `first` on, one for each of `rows`: the rows kept of its output.

    For the last one this is 0, or TAKES where it takes its input row by row to one row.
    """

    first: int
    rows: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.first + len(self.rows)


def pack_segments(segments: Sequence[Together]) -> bytes:
    """As they stand in EDGEFLOW_PLAN."""
    words = [word for part in segments for word in (part.first, part.end, *part.rows)]
    return struct.pack(f"<{len(words)}I", *words)


def read_segments(words: Sequence[int]) -> tuple[Together, ...] | None:
    """The segments of an entry; None where its words are none."""
    found: list[Together] = []
    at = 0
    while at < len(words):
        first, end = words[at : at + 2] if at + 2 <= len(words) else (0, 0)
        if not 1 < end - first <= MOST_OPERATORS or at + 2 + end - first > len(words):
            return None
        found.append(Together(first, tuple(words[at + 2 : at + 2 + end - first])))
        at += 2 + end - first
    return tuple(found)


def rings(graph: Subgraph, segments: Sequence[Together]) -> frozenset[int]:
    """The tensors of which only some rows are kept."""
    inner = (graph.operators[index] for part in segments for index in range(part.first, part.end - 1))
    return frozenset(index for operator in inner for index in operator.outputs)


def note_segments(
    graph: Subgraph,
    items: list[Item],
    of_tensor: Mapping[int, int],
    choices: Sequence[Choice],
    segments: Sequence[Together],
) -> bool:
    """Give items of inner tensors the sizes of rings, and lifetimes those of segments; False where that cannot be.

    Of what the runtime refuses, this sees no more than it needs to go on.
    """
    free_from = 0
    for part in segments:
        if part.first < free_from or part.end > len(graph.operators):
            return False
        if not _note(graph, items, of_tensor, choices, part):
            return False
        free_from = part.end
    return True


def _note(
    graph: Subgraph, items: list[Item], of_tensor: Mapping[int, int], choices: Sequence[Choice], part: Together
) -> bool:
    begin, last = part.first + 1, part.end  # steps
    over: int | None = None
    for operator, rows in zip(graph.operators[part.first : part.end], part.rows, strict=True):
        window = choices[operator.index].kernel.row
        takes = operator.index + 1 == part.end and rows == TAKES
        for index in operator.inputs[:1] if window or takes else operator.inputs:
            number = of_tensor.get(index)
            if index < 0:
                continue
            if number is None:
                return False
            item = items[number]
            if item.first < begin and item.last <= last and over is None:
                over = number
            items[number] = replace(item, last=max(item.last, last))
        out = graph.tensors[operator.outputs[0]]
        number = of_tensor[out.index]
        if operator.index + 1 == part.end:
            if takes:
                key = len(graph.tensors) + operator.index
                items.append(Item(aligned(4 * prod(out.shape)), begin, last, key))
            near = None if over is None else 0
            items[number] = replace(items[number], first=begin, over=over, forwards=near, backwards=near)
        elif len(out.shape) != 4 or not 0 < rows <= min(out.shape[1], MOST_ROWS):
            return False
        else:
            size = aligned(out.bytes // out.shape[1] * rows)
            items[number] = replace(items[number], size=size, first=begin, last=last)
    return True
