"""RAM of edgeflow's runtime for a model, exactly: the planner of `runtime/core` (ef_plan.c, ef_interpreter_measure.c)
followed step by step. A test holds the two equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from edgeflow.fit.estimate import estimate_arena
from edgeflow.fit.operators import Choice, choose
from edgeflow.fit.placement import Item, aligned, arena_bytes, place
from edgeflow.fit.plan_entry import entry_of
from edgeflow.fit.segments import Together, note_segments, rings
from edgeflow.fit.types import ArenaPlan
from edgeflow.fit.window import window_of_operator
from edgeflow.model.types import Model, Subgraph

NODE_BYTES = 12  # struct ef_node, one an operator
PLACE_BYTES = 4  # one a tensor
ITEM_BYTES = 24  # struct ef_plan_item, work space while planning
MOST_ITEMS = 4096  # EF_PLAN_MOST_ITEMS
_FARTHEST = 0xFFFF * 16  # EF_PLAN_APART, in units of the alignment


def plan_arena(model: Model, *, subgraph: int = 0, preserve_inputs: bool = False) -> ArenaPlan:
    """The arena that the runtime will ask for; `offsets` are those within its planned part.

    Where an operator has no kernel, or the graph is one the runtime refuses, nothing exact can be said: then it is
    `estimate_arena`'s figure with `exact` false.
    """
    graph = model.subgraphs[subgraph]
    noted = note_items(model, subgraph=subgraph, preserve_inputs=preserve_inputs)
    if noted is None:
        return estimate_arena(model)
    entry = None if preserve_inputs else entry_of(model, subgraph)
    streamed = note_items(model, subgraph=subgraph, segments=entry.segments) if entry is not None else None
    given = entry.offsets(streamed.items, streamed.of_tensor, streamed.of_scratch) if entry and streamed else None
    inner = frozenset[int]()
    if given is None or streamed is None or entry is None:
        peak, offsets = place(noted.items)
    else:
        noted, offsets, inner = streamed, given, rings(graph, entry.segments)
        peak = max((o + item.size for o, item in zip(given, noted.items, strict=True)), default=0)
    tables = NODE_BYTES * len(graph.operators) + PLACE_BYTES * len(graph.tensors)
    variables = sum(arena_bytes(graph.tensors[index]) for index in noted.variables)
    return ArenaPlan(
        planned_bytes=peak,
        persistent_bytes=aligned(tables + noted.record_bytes) + variables,
        exact=True,
        offsets=tuple(sorted((t, offsets[item]) for t, item in noted.of_tensor.items() if t not in inner)),
        work_bytes=tables + ITEM_BYTES * len(noted.items),
    )


@dataclass(frozen=True)
class Noted:
    """What is to be placed: items, and which of them each tensor and each operator's scratch is; bytes of records."""

    items: tuple[Item, ...]
    of_tensor: Mapping[int, int]
    of_scratch: Mapping[int, int]
    variables: frozenset[int]
    record_bytes: int


def note_items(
    model: Model, *, subgraph: int = 0, preserve_inputs: bool = False, segments: Sequence[Together] = ()
) -> Noted | None:
    """The items in the order in which the runtime notes them; None where it refuses the graph or lacks a kernel.

    `segments` are those of the model's plan.
    """
    graph = model.subgraphs[subgraph]
    choices = [choose(graph, operator) for operator in graph.operators]
    taken = [choice for choice in choices if isinstance(choice, Choice)]
    if len(taken) < len(choices):
        return None
    items = _Items(model.content, graph, preserve_inputs, segments)
    if not items.note(taken) or not note_segments(graph, items.items, items.of_tensor, taken, segments):
        return None
    if len(items.items) > MOST_ITEMS:
        return None
    items.share(taken)
    items.overlap(taken)
    first_scratch = len(graph.tensors)
    scratch = {item.key - first_scratch: i for i, item in enumerate(items.items) if item.key >= first_scratch}
    records = sum(choice.record_bytes for choice in taken)
    return Noted(tuple(items.items), items.of_tensor, scratch, frozenset(items.variables), records)


class _Items:
    """The plan's items while they are being noted, in the order in which the runtime notes them."""

    def __init__(
        self, content: bytes, graph: Subgraph, preserve_inputs: bool, segments: Sequence[Together] = ()
    ) -> None:
        self.content, self.graph = content, graph
        self.items: list[Item] = []
        self.of_tensor: dict[int, int] = {}
        self.variables: set[int] = set()
        self.end = len(graph.operators) + 1
        self.preserve_inputs = preserve_inputs
        self.together = frozenset(index for part in segments for index in range(part.first, part.end))

    def note(self, choices: Sequence[Choice]) -> bool:
        """Lifetimes of everything; False where the runtime refuses the graph."""
        for index in self.graph.inputs:
            if not self._written(index, 0):
                return False
            if self.preserve_inputs:
                self._lives_to(index, self.end)
        for operator, choice in zip(self.graph.operators, choices, strict=True):
            step = operator.index + 1
            read = all(self._read(index, step) for index in operator.inputs if index >= 0)
            if not read or not all(self._written(index, step) for index in operator.outputs):
                return False
            if choice.scratch_bytes:
                self._add(choice.scratch_bytes, step, len(self.graph.tensors) + operator.index)
        return all(self._read(index, self.end) for index in self.graph.outputs)

    def share(self, choices: Sequence[Choice]) -> None:
        """Lay each output 0 over the first input that allows it."""
        for operator, choice in zip(self.graph.operators, choices, strict=True):
            for position in choice.kernel.in_place if operator.index not in self.together else ():
                index = operator.inputs[position] if position < len(operator.inputs) else -1
                under = self.of_tensor.get(index)
                out = operator.outputs[0]
                if under is None or self._elements(index) != self._elements(out):
                    continue
                if self.items[under].last != operator.index + 1:
                    continue
                over = self.of_tensor[out]
                size = max(self.items[under].size, self.items[over].size)
                self.items[under] = replace(self.items[under], size=size, last=self.items[over].last)
                self.items[over] = replace(self.items[over], size=0)
                self.of_tensor[out] = under
                break

    def overlap(self, choices: Sequence[Choice]) -> None:
        """Let the output of a row kernel lie over its first input, where that dies and is no other operand as well."""
        for operator, choice in zip(self.graph.operators, choices, strict=True):
            alone = choice.kernel.row and operator.index not in self.together
            window = window_of_operator(self.content, self.graph, operator) if alone else None
            x = self.of_tensor.get(operator.inputs[0]) if operator.inputs else None
            if window is None or window.batches != 1 or x is None or self.items[x].last != operator.index + 1:
                continue
            if any(self.of_tensor.get(index) == x for index in operator.inputs[1:]):
                continue
            y = self.of_tensor[operator.outputs[0]]
            forwards, backwards = _distance(window.forwards_bytes), _distance(window.backwards_bytes)
            if forwards is not None or backwards is not None:
                self.items[y] = replace(self.items[y], over=x, forwards=forwards, backwards=backwards)

    def _elements(self, index: int) -> int:
        return prod(self.graph.tensors[index].shape)

    def _add(self, size: int, step: int, key: int) -> None:
        self.items.append(Item(aligned(size), step, step, key))

    def _written(self, index: int, step: int) -> bool:
        tensor = self.graph.tensors[index]
        if index in self.of_tensor or tensor.is_constant or tensor.is_variable or not arena_bytes(tensor):
            return False
        self._add(arena_bytes(tensor), step, index)
        self.of_tensor[index] = len(self.items) - 1
        return True

    def _read(self, index: int, step: int) -> bool:
        tensor = self.graph.tensors[index]
        if index in self.of_tensor:
            self._lives_to(index, step)
        elif tensor.is_variable:
            self.variables.add(index)
        return index in self.of_tensor or index in self.variables or tensor.is_constant

    def _lives_to(self, index: int, step: int) -> None:
        item = self.of_tensor[index]
        self.items[item] = replace(self.items[item], last=max(self.items[item].last, step))


def _distance(count: int) -> int | None:
    """As the planner keeps it; None where it is too far to be kept."""
    rounded = aligned(max(0, count))
    return rounded if rounded < _FARTHEST else None
