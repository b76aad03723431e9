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
    """A piece of memory alive from step `first` to step `last`; `key` breaks ties, the higher goes first."""

    size: int
    first: int
    last: int
    key: int


Rule = Callable[[Item], tuple[int, ...]]
_RULES: tuple[Rule, ...] = (
    lambda item: (-item.size, -item.key),
    lambda item: (-item.size, item.first, -item.key),
    lambda item: (item.first, -item.size, -item.key),
    lambda item: (-item.size * (item.last - item.first + 1), -item.size, -item.key),
)


def place(items: Sequence[Item]) -> tuple[int, tuple[int, ...]]:
    """(peak, offset of each item): greedy in four orders, the first of the best; items of size 0 take no part."""
    bound = max(
        (sum(other.size for other in items if other.first <= item.first <= other.last) for item in items), default=0
    )
    best: tuple[int, tuple[int, ...]] | None = None
    for rule in _RULES:
        found = place_by(items, rule)
        if best is None or found[0] < best[0]:
            best = found
        if best[0] <= bound:
            break
    return best or (0, ())


def place_by(items: Sequence[Item], rule: Rule) -> tuple[int, tuple[int, ...]]:
    """(peak, offset of each item): in the order of `rule`, each at the lowest gap among those alive with it."""
    offsets = [0] * len(items)
    placed: list[int] = []  # by offset, older ones first among equals
    for index in sorted((i for i, item in enumerate(items) if item.size), key=lambda i: rule(items[i])):
        item, offset = items[index], 0
        for other in placed:
            if item.first > items[other].last or items[other].first > item.last:
                continue
            if offsets[other] - offset >= item.size:
                break
            offset = max(offset, offsets[other] + items[other].size)
        offsets[index] = offset
        at = next((k for k, other in enumerate(placed) if offsets[other] > offset), len(placed))
        placed.insert(at, index)
    return max((offsets[i] + items[i].size for i in placed), default=0), tuple(offsets)
