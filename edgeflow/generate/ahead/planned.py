"""A model that brings its memory plan along, searched for longer than a board can."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from edgeflow.errors import ModelError
from edgeflow.fit.arena import Noted, note_items, plan_arena
from edgeflow.fit.placement import Item, aligned, bound_of, place, place_by
from edgeflow.fit.plan_entry import ENTRY, pack_plan
from edgeflow.fit.segments import Together
from edgeflow.generate.ahead.interpreted import stream
from edgeflow.model.archive import archive_start
from edgeflow.model.read import read_model
from edgeflow.model.splice import with_entry
from edgeflow.model.types import Model, Subgraph

_TRIES = 400
_SEED = 20261120


@dataclass(frozen=True)
class Planned:
    """A model with its plan, and the planned bytes of the first subgraph: with it, by the runtime alone, at least.

    `together` are the first and last operators of those that run together by rows.
    """

    content: bytes
    planned_bytes: int
    alone_bytes: int
    bound_bytes: int
    together: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Way:
    """One choice of segments: items as the runtime notes them, and with how near they may really come."""

    noted: Noted
    placed: tuple[Item, ...]
    segments: tuple[Together, ...]


@dataclass(frozen=True)
class _Placed:
    way: _Way
    peak_bytes: int
    offsets: tuple[int, ...]


def plan_model(model: Model) -> Planned:
    """Write the best of several hundred placements into the model, the same for the same model.

    Raises ModelError where the runtime cannot run one of its subgraphs.
    """
    entries, bound = b"", 0
    together: tuple[Together, ...] = ()
    for subgraph in model.subgraphs:
        noted = note_items(model, subgraph=subgraph.index)
        if noted is None:
            raise ModelError(
                f"{model.path.name}: subgraph {subgraph.index} is not one that edgeflow's runtime can plan",
                "edgeflow check MODEL --target T says what it cannot run",
            )
        counts = (len(subgraph.tensors), len(subgraph.operators))
        found = min((_search(way) for way in _ways(model, subgraph, noted)), key=lambda placed: placed.peak_bytes)
        if subgraph.index == 0:
            bound, together = bound_of(found.way.placed), found.way.segments
        noted = found.way.noted
        entries += pack_plan(
            subgraph.index,
            noted.items,
            found.offsets,
            noted.of_tensor,
            noted.of_scratch,
            counts,
            found.way.segments,
        )
    at = archive_start(model.content)
    content = with_entry(model.content[:at], model.path, ENTRY, entries) + model.content[at:]
    planned = plan_arena(read_model(content, model.path)).planned_bytes
    pairs = tuple((part.first, part.end - 1) for part in together)
    return Planned(content, planned, place(note_of(model).items)[0], bound, pairs)


def note_of(model: Model) -> Noted:
    """The items of the first subgraph, which is known to have some."""
    noted = note_items(model)
    assert noted is not None
    return noted


def _ways(model: Model, subgraph: Subgraph, alone: Noted) -> list[_Way]:
    """Every operator on its own, and where that may need less, some of them together."""
    ways = [_Way(alone, alone.items, ())]
    streamed = stream(model, subgraph)
    noted = note_items(model, subgraph=subgraph.index, segments=streamed.segments) if streamed.segments else None
    if noted is not None:
        placed = list(noted.items)
        tensor_of = {number: tensor for tensor, number in noted.of_tensor.items()}
        for layout in streamed.layouts:
            number = noted.of_tensor[layout.output]
            over = placed[number].over
            rule = None if over is None else layout.rules.get((tensor_of.get(over, -1), layout.output))
            far = None if rule is None or rule.forwards is None else aligned(max(0, rule.forwards))
            placed[number] = replace(placed[number], forwards=far, backwards=None)
        ways.append(_Way(noted, tuple(placed), streamed.segments))
    return ways


def _search(way: _Way) -> _Placed:
    """Offsets: the runtime's own orders first, then orders changed at random."""
    items = way.placed
    bound = bound_of(items)
    best = place(items)
    order = sorted(range(len(items)), key=lambda i: (-items[i].size, items[i].first, -items[i].key))
    chance = random.Random(_SEED)
    for _ in range(_TRIES if len(items) > 1 else 0):
        if best[0] <= bound:
            break
        tried = list(order)
        at, to = chance.randrange(len(tried)), chance.randrange(len(tried))
        if chance.random() < 0.5:
            tried[at], tried[to] = tried[to], tried[at]
        else:
            tried.insert(to, tried.pop(at))
        rank = {(items[i].first, items[i].key): n for n, i in enumerate(tried)}
        found = place_by(items, _ranked(rank))
        if found[0] <= best[0]:
            best, order = found, tried
    return _Placed(way, *best)


def _ranked(rank: Mapping[tuple[int, int], int]) -> Callable[[Item], tuple[int, ...]]:
    return lambda item: (rank[item.first, item.key],)
