"""Which kernel each operator gets: the fastest that applies and for whose scratch and overlap there is room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edgeflow.generate.ahead.prepared import Node, Prepared
from edgeflow.generate.ahead.tuned.registry import variants
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned
from edgeflow.generate.ahead.window import window_of
from edgeflow.generate.context import Optimize
from edgeflow.model.types import Model, Operator, Subgraph

_ALIGNMENT_BYTES = 16
_SCRATCH_IF_THERE = frozenset({"conv_2d_s8", "conv_2d_s16", "depthwise_conv_2d_s8"})
BALANCED = 1.125  # an eighth more RAM than the least


def choose(
    model: Model,
    graph: Subgraph,
    prepared: Prepared,
    features: frozenset[str],
    optimize: Optimize,
    ram_bytes: int | None = None,
) -> tuple[Prepared, tuple[tuple[str, ...], ...]]:
    """The operators with their kernels, and for each the reasons why faster ones were not taken.

    Each operator is given the fastest kernel under which the bytes that it needs at once (what is alive beside it, its
    input and output with the best overlap, its scratch) stay within a limit: none for "speed", for "ram" the least
    that the neediest operator can do with, for "balanced" an eighth more. `ram_bytes` is a limit as well.
    Where anything changes, scratch lies behind all else: places are the planner's to find.
    """
    lives = lifetimes(graph, prepared)
    kernels, reasons = kernels_of(model, graph, prepared, features)
    options = [
        [(kernel, needs(graph, prepared, operator, kernel, lives)) for kernel in offered]
        for operator, offered in zip(graph.operators, kernels, strict=True)
    ]
    least = max((min(need for _, need in choices) for choices in options), default=0)
    limit = _limit(least, optimize, ram_bytes)
    nodes: list[Node] = []
    for number, choices in enumerate(options):
        place = next(i for i, (_, need) in enumerate(choices) if limit is None or need <= limit)
        nodes.append(choices[place][0])
        reasons[number] += [f"{faster.kernel}: needs more RAM" for faster, _ in choices[:place]]
    told = tuple(tuple(dict.fromkeys(why)) for why in reasons)
    if tuple(nodes) == prepared.nodes:
        return prepared, told
    return _with_scratch(prepared, nodes), told


def kernels_of(
    model: Model, graph: Subgraph, prepared: Prepared, features: frozenset[str]
) -> tuple[list[list[Node]], list[list[str]]]:
    """For each operator the kernels that apply, the fastest first and the interpreter's last, and why others do not."""
    kernels: list[list[Node]] = []
    reasons: list[list[str]] = []
    for operator, plain in zip(graph.operators, prepared.nodes, strict=True):
        found, why = variants(Site(operator, plain, graph, model.content, prepared.constants, features))
        kernels.append([*(_with(plain, tuned) for tuned in found), *_plain(plain, features)])
        reasons.append(list(why))
    return kernels, reasons


def without_spare_scratch(prepared: Prepared) -> Prepared:
    """The same without the scratch that kernels can do without."""
    return replace(prepared, nodes=tuple(_plain(node, frozenset())[-1] for node in prepared.nodes))


def _plain(node: Node, features: frozenset[str]) -> list[Node]:
    """The interpreter's kernel, without scratch where it works without: only the DSP extension makes use of that."""
    if node.kernel not in _SCRATCH_IF_THERE or node.scratch is None:
        return [node]
    without = replace(node, scratch=None, scratch_bytes=0)
    return [node, without] if "dsp" in features else [without]


def _limit(least: int, optimize: Optimize, ram_bytes: int | None) -> int | None:
    limit = {"speed": None, "ram": least, "balanced": int(least * BALANCED)}[optimize]
    if ram_bytes is None:
        return limit
    return max(least, ram_bytes if limit is None else min(limit, ram_bytes))


def _with(node: Node, tuned: Tuned) -> Node:
    return replace(
        node,
        kernel=tuned.kernel,
        by_rows=tuned.drivers is not None,
        in_place=tuned.in_place,
        scratch=0 if tuned.scratch_bytes else None,
        scratch_bytes=tuned.scratch_bytes,
        record=tuned.record,
        geometry=tuned.geometry,
        tuned=tuned,
    )


def _with_scratch(prepared: Prepared, nodes: list[Node]) -> Prepared:
    """Scratch behind the tensors: a plan that holds, for the planner to do better."""
    end = _up(prepared.planned_bytes)
    placed = tuple(replace(node, scratch=end) if node.scratch is not None else node for node in nodes)
    most = max((_up(node.scratch_bytes) for node in placed if node.scratch is not None), default=0)
    return replace(prepared, nodes=placed, planned_bytes=end + most)


def lifetimes(graph: Subgraph, prepared: Prepared) -> Mapping[int, tuple[int, int]]:
    """The first and last operator that each planned tensor is needed at."""
    end = len(graph.operators)
    born = dict.fromkeys(graph.inputs, -1)
    last = dict.fromkeys(graph.outputs, end)
    for operator in graph.operators:
        born |= dict.fromkeys(operator.outputs, operator.index)
        for index in operator.inputs:
            last[index] = max(last.get(index, -1), operator.index)
    return {index: (born[index], last.get(index, born[index])) for index in prepared.planned}


def needs(
    graph: Subgraph, prepared: Prepared, operator: Operator, node: Node, lives: Mapping[int, tuple[int, int]]
) -> int:
    """Bytes alive while the operator runs with this kernel."""
    sizes = {index: _up(graph.tensors[index].bytes) for index in prepared.planned}
    alive = [index for index, (first, end) in lives.items() if first <= operator.index <= end]
    total = sum(sizes[index] for index in alive) + (_up(node.scratch_bytes) if node.scratch is not None else 0)
    out, window = operator.outputs[0], window_of(node)
    saved = 0
    for position, index in enumerate(operator.inputs):
        if index not in sizes or out not in sizes or lives[index][1] != operator.index:
            continue
        x, y = sizes[index], sizes[out]
        if node.kernel == "reshape":
            together = max(x, y)
        elif window is not None and position == 0 and window.batches == 1:
            forwards, backwards = _up(max(0, window.forwards_bytes)), _up(max(0, window.backwards_bytes))
            together = min(x + y, max(y, x + forwards), max(x, y + backwards))
        elif window is None and position in node.in_place:
            together = max(x, y)
        else:
            together = x + y
        saved = max(saved, x + y - together)
    return total - saved


def _up(size: int) -> int:
    return -(-size // _ALIGNMENT_BYTES) * _ALIGNMENT_BYTES
