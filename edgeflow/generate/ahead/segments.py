"""Which operators run together by rows: the fewest with which a model gets along with the RAM that it may have.

Two passes over the operators, last to first. The first finds the least RAM: of all ways to cut the list into single
operators and segments, the neediest piece of the best one. The second cuts into pieces that all stay within a limit,
with as few operators in segments as can be; then each operator gets the fastest kernel for whose scratch there is room.

Where the caller gives the input row by row, all operators that read it are in one segment, behind a stage that stands
for the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edgeflow.errors import DoesNotFitError, UsageError
from edgeflow.generate.ahead.prepared import Node, Prepared
from edgeflow.generate.ahead.streaming import Layout, Stage, feed_of, lay_out, stage_of
from edgeflow.generate.ahead.tuned.choose import BALANCED, choose, kernels_of, lifetimes, needs
from edgeflow.generate.ahead.window import aligned, together
from edgeflow.generate.context import Optimize
from edgeflow.model.types import Model, Subgraph

_MOST_TOGETHER = 20  # operators of one segment that are looked at in models of many operators
_MANY = 40
_ABOVE_LEAST = 1.04  # what "ram" gives kernels for their scratch, of the least RAM,
_FOR_TUNED = 1.125  # and what it gives where tuned kernels need as much
_NEVER = 2**62  # bytes that no model needs
_FUSED = 100  # a segment more costs less than an operator more in segments


@dataclass(frozen=True)
class Piece:
    """Operators [first, end): one alone, or a segment. `bytes` without the scratch of a segment's kernels.

    `scratch_bytes` is what its kernels need at least, `tuned_bytes` with tuned ones where there are any; `choices` are
    the kernels of each operator, the fastest first, with what each one needs: alone all bytes, in a segment scratch.
    """

    first: int
    end: int
    bytes: int
    scratch_bytes: int
    tuned_bytes: int
    layout: Layout | None
    choices: tuple[tuple[tuple[Node, int], ...], ...]

    @property
    def need_bytes(self) -> int:
        return self.bytes + self.scratch_bytes

    def nodes(self, limit: int) -> list[Node]:
        """The fastest kernels with which the piece stays within `limit`."""
        room = limit - self.bytes
        return [next(n for n, need in choices if need <= max(room, self.scratch_bytes)) for choices in self.choices]


@dataclass(frozen=True)
class Chosen:
    """Kernels, the segments by their first operators, and why faster kernels were not taken."""

    prepared: Prepared
    segments: Mapping[int, Layout]
    reasons: tuple[tuple[str, ...], ...]


def choose_segments(
    model: Model,
    graph: Subgraph,
    prepared: Prepared,
    features: frozenset[str],
    optimize: Optimize,
    ram_bytes: int | None = None,
    *,
    input_rows: bool = False,
) -> Chosen:
    """Kernels and segments. Only "ram", or a `ram_bytes` that is not met otherwise, lets operators run together.

    `ram_bytes` is for the whole arena. With `input_rows` the caller gives the rows of the input, so that the operators
    that read it are a segment in any case. Raises DoesNotFitError below what can be reached, naming what needs it, and
    UsageError where the input cannot come by rows.
    """
    limit = None if ram_bytes is None else ram_bytes - aligned(prepared.variable_bytes)
    kernels, reasons = kernels_of(model, graph, prepared, features)
    lives = lifetimes(graph, prepared)
    fed = _fed(model, graph, prepared) if input_rows else None
    if optimize != "ram" and fed is None:
        alone, why = choose(model, graph, prepared, features, optimize, limit)
        steps = zip(graph.operators, alone.nodes, strict=True)
        if limit is None or max((needs(graph, prepared, o, n, lives) for o, n in steps), default=0) <= limit:
            return Chosen(alone, {}, why)
    pieces = _pieces(graph, prepared, kernels, lives, fed)
    best = _least(pieces, len(kernels))
    if fed is not None and best >= _NEVER:
        raise _not_by_rows(model, _reason(graph, prepared, kernels, fed))
    if fed is not None and optimize != "ram":  # the operators that read the input, and no more unless they must
        sparing = {where: p for where, p in pieces.items() if p.layout is None or p.layout.fed is not None}
        enough = _least(sparing, len(kernels))
        if limit is None or enough <= limit:
            pieces, best = sparing, enough
    tuned = _least({where: replace(p, scratch_bytes=p.tuned_bytes) for where, p in pieces.items()}, len(kernels))
    if limit is not None and best > limit:
        raise _too_little(graph, pieces, len(kernels), best, prepared, ram_bytes or 0)
    match optimize:
        case "ram":
            allowed = max(int(best * _ABOVE_LEAST), min(tuned, int(best * _FOR_TUNED)))
        case "balanced" if limit is None:
            allowed = int(best * BALANCED)
        case _:
            allowed = _NEVER
    allowed = allowed if limit is None else min(allowed, limit)
    cut = _cut(pieces, len(kernels), allowed)
    nodes = [node for piece in cut for node in piece.nodes(allowed)]
    told = tuple(
        tuple(dict.fromkeys([*why, *(f"{k.kernel}: needs more RAM" for k in offered[: offered.index(node)])]))
        for why, offered, node in zip(reasons, kernels, nodes, strict=True)
    )
    layouts = {piece.first: _with_scratch(piece.layout, nodes) for piece in cut if piece.layout is not None}
    return Chosen(replace(prepared, nodes=tuple(nodes)), layouts, told)


def cut_pieces(graph: Subgraph, prepared: Prepared, most: int, most_rows: int) -> list[tuple[int, Layout]]:
    """Segments for the kernels that were prepared, none other, by their first operators: little RAM, few operators.

    `most` operators may be in one, `most_rows` rows in a ring.
    """
    kernels = [[node] for node in prepared.nodes]
    pieces = {
        (first, end): piece
        for (first, end), piece in _pieces(graph, prepared, kernels, lifetimes(graph, prepared)).items()
        if piece.layout is None or (end - first <= most and max(piece.layout.rings.values()) <= most_rows)
    }
    best = _least(pieces, len(kernels))
    cut = _cut(pieces, len(kernels), int(best * _ABOVE_LEAST))
    return [(piece.first, piece.layout) for piece in cut if piece.layout is not None]


def _with_scratch(layout: Layout, nodes: Sequence[Node]) -> Layout:
    """The layout with the scratch of the kernels that were chosen."""
    stages = tuple(
        s if s.kind == "feed" else replace(s, scratch_bytes=_scratch_bytes(nodes[s.operator])) for s in layout.stages
    )
    most = aligned(max(stage.scratch_bytes for stage in stages))
    return replace(layout, stages=stages, scratch_bytes=layout.scratch_bytes + most)


def _scratch_bytes(node: Node) -> int:
    return node.scratch_bytes if node.scratch is not None else 0


def _pieces(
    graph: Subgraph,
    prepared: Prepared,
    kernels: Sequence[Sequence[Node]],
    lives: Mapping[int, tuple[int, int]],
    fed: int | None = None,
) -> dict[tuple[int, int], Piece]:
    """All that the list of operators can be cut into; what reads the tensor `fed` only as a segment."""
    found: dict[tuple[int, int], Piece] = {}
    readers = {operator.index for operator in graph.operators if fed in operator.inputs}
    lives = {tensor: life for tensor, life in lives.items() if tensor != fed}
    rows: list[list[tuple[Node, Stage]]] = []
    for operator, offered in zip(graph.operators, kernels, strict=True):
        i = operator.index
        if i not in readers:
            choices = tuple((node, needs(graph, prepared, operator, node, lives)) for node in offered)
            found[i, i + 1] = Piece(i, i + 1, 0, *_least_scratch([choices]), None, (choices,))
        stages = [(node, stage_of(graph, prepared, operator, node)) for node in offered]
        rows.append([(node, stage) for node, stage in stages if stage is not None])
    longest = _MOST_TOGETHER if len(kernels) > _MANY else len(kernels)
    for first in range(len(kernels)):
        for end in range(first + 1, min(first + longest, len(kernels)) + 1):
            if not rows[first] or not rows[end - 1] or (end > first + 2 and rows[end - 2][0][1].kind == "take"):
                break
            reading = {index for index in readers if first <= index < end}
            if (end == first + 1 and not reading) or (reading and reading != readers):
                continue
            piece = _segment(graph, rows, first, end, lives, prepared, fed if reading else None)
            if piece is not None:
                found[first, end] = piece
    return found


def _segment(
    graph: Subgraph,
    rows: Sequence[Sequence[tuple[Node, Stage]]],
    first: int,
    end: int,
    lives: Mapping[int, tuple[int, int]],
    prepared: Prepared,
    fed: int | None,
) -> Piece | None:
    """Operators [first, end) as a segment; None where one of them makes something that is read outside, or by none.

    `fed`: a tensor that nothing else reads, and whose rows the caller gives.
    """
    stages = [] if fed is None else [feed_of(graph, fed)]
    stages += [replace(rows[i][0][1], scratch_bytes=0) for i in range(first, end)]
    inner = {stage.output for stage in stages[:-1]}
    read = {source for stage in stages for source in stage.sources}
    if any(not first <= lives[tensor][1] < end or tensor not in read for tensor in inner - {fed}):
        return None
    last = graph.operators[end - 1]
    in_place = [last.inputs[position] for position in rows[end - 1][0][0].in_place if position < len(last.inputs)]
    layout = lay_out(graph, stages, in_place)
    if layout is None:
        return None
    sizes = {index: aligned(graph.tensors[index].bytes) for index in prepared.planned}
    alive = [t for t, (born, dies) in lives.items() if born < end and dies >= first and t not in inner]
    saved = max(
        (
            sizes[x] + sizes[y] - together(sizes[x], sizes[y], rule)
            for (x, y), rule in layout.rules.items()
            if lives[x][1] < end
        ),
        default=0,
    )
    choices = tuple(tuple((node, aligned(stage.scratch_bytes)) for node, stage in rows[i]) for i in range(first, end))
    rest = sum(sizes[t] for t in alive) + layout.scratch_bytes - saved
    return Piece(first, end, rest, *_least_scratch(choices), layout, choices)


def _least_scratch(choices: Sequence[Sequence[tuple[Node, int]]]) -> tuple[int, int]:
    """What the neediest operator needs at least, and with tuned kernels where there are any."""
    plain = max(min(need for _, need in offered) for offered in choices)
    tuned = [[need for node, need in offered if node.tuned] or [need for _, need in offered] for offered in choices]
    return plain, max(map(min, tuned))


def _least(pieces: Mapping[tuple[int, int], Piece], count: int) -> int:
    """The least bytes with which some cut gets along; _NEVER where there is none."""
    best = [0] * (count + 1)
    for first in range(count - 1, -1, -1):
        ends = (end for end in range(first + 1, count + 1) if (first, end) in pieces)
        best[first] = min((max(pieces[first, end].need_bytes, best[end]) for end in ends), default=_NEVER)
    return best[0]


def _cut(pieces: Mapping[tuple[int, int], Piece], count: int, limit: int) -> list[Piece]:
    """The cut within `limit` with the fewest operators in segments."""
    cost: list[int | None] = [None] * count + [0]
    chosen: list[int] = [0] * count
    for first in range(count - 1, -1, -1):
        for end in range(first + 1, count + 1):
            rest = cost[end]
            if rest is None or (first, end) not in pieces or pieces[first, end].need_bytes > limit:
                continue
            here = rest + (_FUSED * (end - first) + 1 if pieces[first, end].layout is not None else 0)
            known = cost[first]
            if known is None or here < known:
                cost[first], chosen[first] = here, end
    cut, first = [], 0
    while first < count:
        cut.append(pieces[first, chosen[first]])
        first = chosen[first]
    return cut


def _fed(model: Model, graph: Subgraph, prepared: Prepared) -> int:
    """The input whose rows the caller is to give. Raises UsageError where it has no rows that could be given."""
    if len(graph.inputs) != 1:
        raise _not_by_rows(model, f"it has {len(graph.inputs)} inputs; rows are given for one")
    tensor = graph.tensors[graph.inputs[0]]
    if len(tensor.shape) != 4 or tensor.shape[0] != 1:
        sizes = ", ".join(map(str, tensor.shape))
        raise _not_by_rows(model, f"its input is [{sizes}], not [1, height, width, channels]")
    if tensor.index in graph.outputs or tensor.index not in prepared.planned:
        raise _not_by_rows(model, "its input is an output as well, or no memory of its own")
    return tensor.index


def _reason(graph: Subgraph, prepared: Prepared, kernels: Sequence[Sequence[Node]], fed: int) -> str:
    """Why no segment can read the input by rows."""
    readers = [operator for operator in graph.operators if fed in operator.inputs]
    for operator in readers:
        if not any(stage_of(graph, prepared, operator, node) for node in kernels[operator.index]):
            return f"operator {operator.index} ({operator.name}) needs all of its input at once"
    if not readers:
        return "no operator reads its input"
    first, last = readers[0].index, readers[-1].index
    return f"operators {first} to {last} read its input, and cannot run together by rows"


def _not_by_rows(model: Model, reason: str) -> UsageError:
    return UsageError(f"{model.path.name} cannot take its input by rows: {reason}", "leave --input rows out")


def _too_little(
    graph: Subgraph,
    pieces: Mapping[tuple[int, int], Piece],
    count: int,
    least: int,
    prepared: Prepared,
    ram_bytes: int,
) -> DoesNotFitError:
    """Names the operators that the RAM is too little for, and the least with which it can be done."""
    worst = max(_cut(pieces, count, least), key=lambda piece: piece.need_bytes)
    names = f"operator {worst.first} ({graph.operators[worst.first].name})"
    if worst.end - worst.first > 1:
        names = f"operators {worst.first} to {worst.end - 1} together"
    whole = least + aligned(prepared.variable_bytes)
    return DoesNotFitError(
        f"the arena cannot be made of {ram_bytes} bytes: {names} need {worst.need_bytes}",
        f"{whole} bytes are the least that this model can do with: --ram {whole}",
    )
