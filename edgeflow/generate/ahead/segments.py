"""Which operators run together by rows: the fewest with which a model gets along with the RAM that it may have.

Two passes over the operators, last to first. The first finds the least RAM: of all ways to cut the list into single
operators and segments, the neediest piece of the best one. The second cuts into pieces that all stay within a limit,
with as few operators in segments as can be; then each operator gets the fastest kernel for whose scratch there is room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from edgeflow.errors import DoesNotFitError
from edgeflow.generate.ahead.prepared import Node, Prepared
from edgeflow.generate.ahead.streaming import Layout, Stage, lay_out, stage_of
from edgeflow.generate.ahead.tuned.choose import choose, kernels_of, lifetimes, needs
from edgeflow.generate.ahead.window import aligned, together
from edgeflow.generate.context import Optimize
from edgeflow.model.types import Model, Subgraph

_MOST_TOGETHER = 20  # operators of one segment that are looked at in models of many operators
_MANY = 40
_ABOVE_LEAST = 1.04  # what "ram" gives kernels for their scratch, of the least RAM,
_FOR_TUNED = 1.125  # and what it gives where tuned kernels need as much
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
) -> Chosen:
    """Kernels and segments. Only "ram", or a `ram_bytes` that is not met otherwise, lets operators run together.

    `ram_bytes` is for the whole arena. Raises DoesNotFitError below what can be reached, naming what needs it.
    """
    limit = None if ram_bytes is None else ram_bytes - aligned(prepared.variable_bytes)
    kernels, reasons = kernels_of(model, graph, prepared, features)
    lives = lifetimes(graph, prepared)
    if optimize != "ram":
        alone, why = choose(model, graph, prepared, features, optimize, limit)
        steps = zip(graph.operators, alone.nodes, strict=True)
        if limit is None or max((needs(graph, prepared, o, n, lives) for o, n in steps), default=0) <= limit:
            return Chosen(alone, {}, why)
    pieces = _pieces(graph, prepared, kernels, lives)
    best = _least(pieces, len(kernels))
    tuned = _least({where: replace(p, scratch_bytes=p.tuned_bytes) for where, p in pieces.items()}, len(kernels))
    if limit is not None and best > limit:
        raise _too_little(graph, pieces, len(kernels), best, prepared, ram_bytes or 0)
    allowed = max(int(best * _ABOVE_LEAST), min(tuned, int(best * _FOR_TUNED)))
    if optimize != "ram" and limit is not None:
        allowed = limit
    allowed = allowed if limit is None else min(allowed, limit)
    cut = _cut(pieces, len(kernels), allowed)
    nodes = [node for piece in cut for node in piece.nodes(allowed)]
    told = tuple(
        tuple(dict.fromkeys([*why, *(f"{k.kernel}: needs more RAM" for k in offered[: offered.index(node)])]))
        for why, offered, node in zip(reasons, kernels, nodes, strict=True)
    )
    layouts = {piece.first: _with_scratch(piece.layout, nodes) for piece in cut if piece.layout is not None}
    return Chosen(replace(prepared, nodes=tuple(nodes)), layouts, told)


def _with_scratch(layout: Layout, nodes: Sequence[Node]) -> Layout:
    """The layout with the scratch of the kernels that were chosen."""
    stages = tuple(
        replace(s, scratch_bytes=nodes[s.operator].scratch_bytes if nodes[s.operator].scratch is not None else 0)
        for s in layout.stages
    )
    most = aligned(max(stage.scratch_bytes for stage in stages))
    return replace(layout, stages=stages, scratch_bytes=layout.scratch_bytes + most)


def _pieces(
    graph: Subgraph, prepared: Prepared, kernels: Sequence[Sequence[Node]], lives: Mapping[int, tuple[int, int]]
) -> dict[tuple[int, int], Piece]:
    """All that the list of operators can be cut into."""
    found: dict[tuple[int, int], Piece] = {}
    rows: list[list[tuple[Node, Stage]]] = []
    for operator, offered in zip(graph.operators, kernels, strict=True):
        i = operator.index
        choices = tuple((node, needs(graph, prepared, operator, node, lives)) for node in offered)
        found[i, i + 1] = Piece(i, i + 1, 0, *_least_scratch([choices]), None, (choices,))
        stages = [(node, stage_of(graph, prepared, operator, node)) for node in offered]
        rows.append([(node, stage) for node, stage in stages if stage is not None])
    longest = _MOST_TOGETHER if len(kernels) > _MANY else len(kernels)
    for first in range(len(kernels)):
        for end in range(first + 2, min(first + longest, len(kernels)) + 1):
            if not rows[first] or not rows[end - 1] or (end > first + 2 and rows[end - 2][0][1].kind == "take"):
                break
            piece = _segment(graph, rows, first, end, lives, prepared)
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
) -> Piece | None:
    """Operators [first, end) as a segment; None where one of them makes something that is read outside, or by none."""
    stages = [replace(rows[i][0][1], scratch_bytes=0) for i in range(first, end)]
    inner = {stage.output for stage in stages[:-1]}
    read = {source for stage in stages for source in stage.sources}
    if any(not first <= lives[tensor][1] < end or tensor not in read for tensor in inner):
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
    """The least bytes with which some cut gets along."""
    best = [0] * (count + 1)
    for first in range(count - 1, -1, -1):
        ends = (end for end in range(first + 1, count + 1) if (first, end) in pieces)
        best[first] = min(max(pieces[first, end].need_bytes, best[end]) for end in ends)
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
            here = rest + (_FUSED * (end - first) + 1 if end - first > 1 else 0)
            known = cost[first]
            if known is None or here < known:
                cost[first], chosen[first] = here, end
    cut, first = [], 0
    while first < count:
        cut.append(pieces[first, chosen[first]])
        first = chosen[first]
    return cut


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
