"""A model that brings its memory plan along, searched for longer than a board can."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edgeflow.errors import ModelError
from edgeflow.fit.arena import Noted, note_items, plan_arena
from edgeflow.fit.placement import Item, bound_of, place, place_by
from edgeflow.fit.plan_entry import ENTRY, pack_plan
from edgeflow.model.archive import archive_start
from edgeflow.model.read import read_model
from edgeflow.model.splice import with_entry
from edgeflow.model.types import Model

_TRIES = 400
_SEED = 20261120


@dataclass(frozen=True)
class Planned:
    """A model with its plan, and the planned bytes of the first subgraph: with it, by the runtime alone, at least."""

    content: bytes
    planned_bytes: int
    alone_bytes: int
    bound_bytes: int


def plan_model(model: Model) -> Planned:
    """Write the best of several hundred placements into the model, the same for the same model.

    Raises ModelError where the runtime cannot run one of its subgraphs.
    """
    entries, bound = b"", 0
    for subgraph in model.subgraphs:
        noted = note_items(model, subgraph=subgraph.index)
        if noted is None:
            raise ModelError(
                f"{model.path.name}: subgraph {subgraph.index} is not one that edgeflow's runtime can plan",
                "edgeflow check MODEL --target T says what it cannot run",
            )
        if subgraph.index == 0:
            bound = bound_of(noted.items)
        counts = (len(subgraph.tensors), len(subgraph.operators))
        offsets = _search(noted)
        entries += pack_plan(subgraph.index, noted.items, offsets, noted.of_tensor, noted.of_scratch, counts)
    at = archive_start(model.content)
    content = with_entry(model.content[:at], model.path, ENTRY, entries) + model.content[at:]
    planned = plan_arena(read_model(content, model.path)).planned_bytes
    return Planned(content, planned, place(note_of(model).items)[0], bound)


def note_of(model: Model) -> Noted:
    """The items of the first subgraph, which is known to have some."""
    noted = note_items(model)
    assert noted is not None
    return noted


def _search(noted: Noted) -> tuple[int, ...]:
    """Offsets: the runtime's own orders first, then orders changed at random."""
    items = noted.items
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
    return best[1]


def _ranked(rank: Mapping[tuple[int, int], int]) -> Callable[[Item], tuple[int, ...]]:
    return lambda item: (rank[item.first, item.key],)
