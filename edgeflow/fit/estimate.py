"""About how much memory an interpreter's activations take, where its own planner cannot be followed exactly."""

from __future__ import annotations

from itertools import accumulate

from edgeflow.fit.placement import Item, arena_bytes, place_by
from edgeflow.fit.types import ArenaPlan
from edgeflow.model.types import Model, Subgraph

_MAX_PLANNED = 4000  # tensors; the plan's time grows with their square


def estimate_arena(model: Model) -> ArenaPlan:
    """Greedy plan by size over the tensors' lifetimes, each aligned to 16 bytes; never `exact`.

    `planned_bytes` is the main subgraph's peak and those of the others on top (an interpreter keeps one arena a
    subgraph); `persistent_bytes` are the variable tensors. A free size counts as the 1 the file gives it; scratch
    buffers of kernels and strings are left out. `offsets` are the main subgraph's. Above 4000 tensors no offsets are
    planned and the peak is that of the bytes alive together, which no plan can beat.
    """
    plans = [_plan(subgraph) for subgraph in model.subgraphs]
    return ArenaPlan(
        planned_bytes=sum(peak for peak, _ in plans),
        persistent_bytes=sum(
            arena_bytes(tensor)
            for subgraph in model.subgraphs
            for tensor in subgraph.tensors
            if tensor.is_variable and not tensor.is_constant
        ),
        exact=False,
        offsets=plans[0][1],
    )


def lifetimes(subgraph: Subgraph) -> dict[int, tuple[int, int]]:
    """Tensor index → (first, last operator that needs it), for all tensors that live in the arena.

    Inputs live from before the first operator, outputs until after the last; a tensor nobody reads lives while it is
    written.
    """
    count = len(subgraph.operators)
    first: dict[int, int] = dict.fromkeys(subgraph.inputs, 0)
    last: dict[int, int] = dict.fromkeys(subgraph.inputs, 0)
    for operator in subgraph.operators:
        for index in operator.outputs:
            first.setdefault(index, operator.index)
            last[index] = max(last.get(index, 0), operator.index)
        for index in operator.inputs:
            if index in first:
                last[index] = max(last[index], operator.index)
    for index in subgraph.outputs:
        if index in first:
            last[index] = count
    tensors = subgraph.tensors
    return {i: (first[i], last[i]) for i in first if not tensors[i].is_constant and not tensors[i].is_variable}


def _plan(subgraph: Subgraph) -> tuple[int, tuple[tuple[int, int], ...]]:
    """(peak bytes, (tensor, offset) pairs): largest first."""
    lives = lifetimes(subgraph)
    sizes = {index: arena_bytes(subgraph.tensors[index]) for index in lives}
    if len(lives) > _MAX_PLANNED:
        return _alive_together(lives, sizes, len(subgraph.operators)), ()
    items = [Item(sizes[index], first, last, index) for index, (first, last) in lives.items()]
    peak, offsets = place_by(items, lambda item: (-item.size, item.first, item.key))
    return peak, tuple(sorted(zip(lives, offsets, strict=True)))


def _alive_together(lives: dict[int, tuple[int, int]], sizes: dict[int, int], operators: int) -> int:
    """The largest sum of bytes alive at one operator."""
    change = [0] * (operators + 2)
    for index, (first, last) in lives.items():
        change[first] += sizes[index]
        change[last + 1] -= sizes[index]
    return max(accumulate(change))
