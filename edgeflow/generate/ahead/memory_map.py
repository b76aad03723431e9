"""What lies where in the arena of an ahead-of-time build, in the order in which it comes into use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edgeflow.generate.ahead.prepared import Prepared
from edgeflow.model.types import Subgraph

_NAME_CHARACTERS = 60


@dataclass(frozen=True)
class Place:
    """A line of the memory map: bytes [first, end) of the arena, in use from operator `born` to `last`."""

    first: int
    end: int
    what: str
    born: int
    last: int


@dataclass(frozen=True)
class Fill:
    """A variable tensor's begin: bytes [first, first + bytes) get `value`."""

    first: int
    bytes: int
    value: int


def memory_map(graph: Subgraph, prepared: Prepared, fills: Iterable[Fill]) -> tuple[Place, ...]:
    """Every piece of the arena in the order of its bytes; -1 stands for the caller before the first operator."""
    end = len(graph.operators)
    born = dict.fromkeys(graph.inputs, -1)
    last = dict.fromkeys(graph.outputs, end)
    for operator in graph.operators:
        born |= dict.fromkeys(operator.outputs, operator.index)
        for index in operator.inputs:
            last[index] = max(last.get(index, -1), operator.index)
    places = [
        Place(
            offset,
            offset + graph.tensors[t].bytes,
            short(graph.tensors[t].name),
            born.get(t, -1),
            last.get(t, born.get(t, -1)),
        )
        for t, offset in prepared.planned.items()
    ]
    fused = {index for segment in prepared.segments for index in range(segment.first, segment.end)}
    for segment in prepared.segments:
        places.append(
            Place(
                segment.offset,
                segment.offset + segment.bytes,
                "rows of "
                + ", ".join(f"{slots} x {short(graph.tensors[t].name)}" for t, (_, slots) in segment.rings.items()),
                segment.first,
                segment.end - 1,
            )
        )
    for index, node in enumerate(prepared.nodes):
        if node.scratch is not None and index not in fused:
            places.append(Place(node.scratch, node.scratch + node.scratch_bytes, "scratch", index, index))
    places += [Place(fill.first, fill.first + fill.bytes, "a variable", -1, end) for fill in fills]
    return tuple(sorted(places, key=lambda place: (place.born, place.first, place.end)))


def short(name: str) -> str:
    """The last of the names that a converter has strung together."""
    last = name.rstrip(";").rpartition(";")[2]
    return last if len(last) <= _NAME_CHARACTERS else f"...{last[-_NAME_CHARACTERS:]}"
