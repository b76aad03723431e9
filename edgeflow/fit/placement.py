"""Pieces of memory laid out over their lifetimes, as `runtime/core` does it (ef_plan.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from edgeflow.model.operators import tensor_bytes
from edgeflow.model.types import Tensor

ALIGNMENT_BYTES = 16  # EF_ALIGNMENT; TensorFlow Lite Micro's is the same


def arena_bytes(tensor: Tensor) -> int:
    """A tensor's bytes in an arena; a free size counts as the 1 the file gives it."""
    return aligned(tensor_bytes(tensor.dtype, prod(tensor.shape)))


def aligned(size: int) -> int:
    """The next multiple of the alignment."""
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


@dataclass(frozen=True)
class Item:
    """A piece of memory alive from step `first` to step `last`; `key` breaks ties, the higher goes first.

    It may lie over the item number `over`, which dies where it is born, when that one begins `forwards` bytes behind it
    or it `backwards` bytes behind that one (multiples of the alignment; None: no distance is enough).
    """

    size: int
    first: int
    last: int
    key: int
    over: int | None = None
    forwards: int | None = None
    backwards: int | None = None


Rule = Callable[[Item], tuple[int, ...]]
_RULES: tuple[Rule, ...] = (
    lambda item: (-item.size, -item.key),
    lambda item: (-item.size, item.first, -item.key),
    lambda item: (item.first, -item.size, -item.key),
    lambda item: (-item.size * (item.last - item.first + 1), -item.size, -item.key),
)


def place(items: Sequence[Item]) -> tuple[int, tuple[int, ...]]:
    """(peak, offset of each item): greedy in four orders, the first of the best; items of size 0 take no part."""
    bound = bound_of(items)
    best: tuple[int, tuple[int, ...]] | None = None
    for rule in _RULES:
        found = place_by(items, rule)
        if best is None or found[0] < best[0]:
            best = found
        if best[0] <= bound:
            break
    return best or (0, ())


def bound_of(items: Sequence[Item]) -> int:
    """What no placement can go below: the most bytes that live at one step, with what the best overlap saves."""
    return max((_needed(items, item.first) for item in items), default=0)


def place_by(items: Sequence[Item], rule: Rule) -> tuple[int, tuple[int, ...]]:
    """(peak, offset of each item): in the order of `rule`, each at the lowest offset where it disturbs no other."""
    offsets = [0] * len(items)
    placed: list[int] = []
    for index in sorted((i for i, item in enumerate(items) if item.size), key=lambda i: rule(items[i])):
        item, offset = items[index], 0
        together = [o for o in placed if item.first <= items[o].last and items[o].first <= item.last]
        taken = [
            (offsets[o] - before, offsets[o] + behind) for o in together for before, behind in [_apart(items, index, o)]
        ]
        while True:
            ends = [end for begin, end in taken if begin < offset < end]
            if not ends:
                break
            offset = ends[0]
        offsets[index] = offset
        placed.append(index)
    return max((offsets[i] + items[i].size for i in placed), default=0), tuple(offsets)


def _apart(items: Sequence[Item], index: int, other: int) -> tuple[int, int]:
    """How many bytes before and behind the begin of `other`, which is placed, `index` must not begin."""
    item, there = items[index], items[other]
    if item.over == other:
        return _least(item.size, item.forwards), _least(there.size, item.backwards)
    if there.over == index:
        return _least(item.size, there.backwards), _least(there.size, there.forwards)
    return item.size, there.size


def _least(size: int, distance: int | None) -> int:
    return size if distance is None else min(size, distance)


def _needed(items: Sequence[Item], step: int) -> int:
    """Bytes that live at a step, with what the best overlap saves."""
    live = [item for item in items if item.first <= step <= item.last]
    over = (i for i in live if i.over is not None and items[i.over].first <= step <= items[i.over].last)
    return sum(item.size for item in live) - max((_saved(items, i) for i in over), default=0)


def _saved(items: Sequence[Item], y: Item) -> int:
    if y.over is None:
        return 0
    x = items[y.over]
    forwards, backwards = x.size + _least(y.size, y.forwards), y.size + _least(x.size, y.backwards)
    return x.size + y.size - min(max(forwards, y.size), max(backwards, x.size))
