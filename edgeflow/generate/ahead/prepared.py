"""What the runtime's own `prepare` decides for a model, as `runtime/host/ef_prepared.c` prints it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

from edgeflow.generate.ahead.tuned.variant import Tuned
from edgeflow.model.operators import tensor_bytes
from edgeflow.model.types import Subgraph

_KERNEL = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Variable:
    """A tensor that keeps its value: its offset among the variables in bytes, and the byte it begins with."""

    offset: int
    fill: int


@dataclass(frozen=True)
class Node:
    """One operator as prepared.

    `by_rows` says that its kernel makes one output row a call; `operands` is how many inputs the kernel looks at;
    `in_place` are the inputs that output 0 may lie over; `scratch` is its offset in the planned part, None without;
    `backwards` says that rows are made last to first. `tuned` is what stands in for the interpreter's kernel, and
    `geometry` the `struct ef_window` to plan with where that at the start of the record does not say it.
    """

    kernel: str
    by_rows: bool
    operands: int
    in_place: tuple[int, ...]
    scratch: int | None
    scratch_bytes: int
    record: bytes
    backwards: bool = False
    geometry: bytes | None = None
    tuned: Tuned | None = None


@dataclass(frozen=True)
class Segment:
    """Operators [first, end) that run together by rows, placed; offsets and sizes in bytes, from the arena's start.

    `rings`: tensors between them, with the offset and the rows kept. `kept`: what operators keep from row to row.
    `scratch` is where the scratch of all of them lies. `offset` and `bytes` are all of that together. `fed` is the
    tensor whose rows the caller gives, one after the other; its ring is among `rings`.
    """

    first: int
    end: int
    rings: Mapping[int, tuple[int, int]]
    kept: Mapping[int, int]
    scratch: int
    offset: int
    bytes: int
    fed: int | None = None


@dataclass(frozen=True)
class Prepared:
    """One subgraph as prepared; offsets and sizes in bytes, keyed by tensor index.

    `planned` counts from the start of the arena, `constants` from the start of the model's file. Tensors inside
    `segments` are not among `planned`.
    """

    planned_bytes: int
    variable_bytes: int
    planned: Mapping[int, int]
    variables: Mapping[int, Variable]
    constants: Mapping[int, int]
    nodes: tuple[Node, ...]
    segments: tuple[Segment, ...] = ()


def sized(graph: Subgraph) -> Subgraph:
    """Free sizes as the file states them, which is how the runtime takes them."""
    tensors = (t if t.bytes else replace(t, bytes=tensor_bytes(t.dtype, prod(t.shape))) for t in graph.tensors)
    return replace(graph, tensors=tuple(tensors))


def read_prepared(text: str) -> Prepared:
    """Read what `ef_prepared` printed. Raises ValueError on anything else."""
    sizes: tuple[int, int] | None = None
    planned: dict[int, int] = {}
    variables: dict[int, Variable] = {}
    constants: dict[int, int] = {}
    nodes: list[Node] = []
    for line in text.splitlines():
        match line.split():
            case ["memory", peak, kept]:
                sizes = int(peak), int(kept)
            case ["tensor", index, "planned", offset]:
                planned[int(index)] = int(offset)
            case ["tensor", index, "variable", offset, fill]:
                variables[int(index)] = Variable(int(offset), int(fill))
            case ["tensor", index, "constant", position]:
                constants[int(index)] = int(position)
            case ["operator", index, kernel, kind, operands, in_place, scratch, scratch_bytes, record]:
                if (
                    int(index) != len(nodes)
                    or not _KERNEL.fullmatch(kernel)
                    or kind not in ("row", "backwards", "invoke")
                ):
                    raise ValueError(line)
                nodes.append(
                    Node(
                        kernel=kernel,
                        by_rows=kind != "invoke",
                        backwards=kind == "backwards",
                        operands=int(operands),
                        in_place=tuple(bit for bit in range(8) if int(in_place) >> bit & 1),
                        scratch=None if scratch == "-1" else int(scratch),
                        scratch_bytes=int(scratch_bytes),
                        record=b"" if record == "-" else bytes.fromhex(record),
                    )
                )
            case _:
                raise ValueError(line)
    if sizes is None:
        raise ValueError("no memory figures")
    return Prepared(*sizes, planned, variables, constants, tuple(nodes))
