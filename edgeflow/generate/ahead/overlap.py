"""The memory plan of an ahead-of-time build: window operators write over their input while they read it.

Which places are allowed is said in window.py for single operators, in streaming.py for segments. An operator whose
kernel allows it may also write exactly over its input. `simulate` holds every plan to this with marked bytes, knowing
nothing of the distances.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from edgeflow.generate.ahead.prepared import Prepared, Segment
from edgeflow.generate.ahead.streaming import Layout, place_segment
from edgeflow.generate.ahead.window import Rule, aligned, together, window_of
from edgeflow.model.types import Subgraph

_TRIES = 400
_SEED = 20261120


@dataclass(frozen=True)
class Item:
    """A piece of memory alive from step `first` to `last`: a tensor, or an operator's scratch (key < 0)."""

    key: int
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """Offsets by tensor, scratch by operator, the operators whose rows run last to first, segments; bytes.

    `bound_bytes` is what no plan of these rules can go below: the most that one operator or segment needs.
    """

    planned: Mapping[int, int]
    scratch: Mapping[int, int]
    backwards: frozenset[int]
    peak_bytes: int
    bound_bytes: int
    segments: tuple[Segment, ...] = ()

    def applied(self, prepared: Prepared) -> Prepared:
        """`prepared` with these places."""
        nodes = tuple(
            replace(node, scratch=self.scratch[index], backwards=index in self.backwards)
            if index in self.scratch
            else replace(node, backwards=index in self.backwards)
            for index, node in enumerate(prepared.nodes)
        )
        return replace(
            prepared,
            planned=dict(self.planned),
            planned_bytes=self.peak_bytes,
            nodes=nodes,
            segments=self.segments,
        )


def plan_memory(graph: Subgraph, prepared: Prepared, segments: Mapping[int, Layout] | None = None) -> Plan:
    """The best of several hundred placements, the same for the same model; never worse than what was prepared.

    `segments` are those operators that run together, by the first of them.
    """
    layouts = segments or {}
    of = _same_bytes(graph, prepared)
    items = _items(graph, prepared, of, layouts)
    rules = _rules(graph, prepared, {item.key: item for item in items}, of, layouts)
    bound = _bound(items, rules)
    best = _search(items, rules, bound)
    # the prepared places are those of the runtime's own kernels
    kept_places = not layouts and all(node.tuned is None for node in prepared.nodes)
    if not best or (kept_places and _peak(items, best) > prepared.planned_bytes):
        kept = {index: node.scratch for index, node in enumerate(prepared.nodes) if node.scratch is not None}
        turned = frozenset(index for index, node in enumerate(prepared.nodes) if node.backwards)
        return Plan(dict(prepared.planned), kept, turned, prepared.planned_bytes, bound)
    backwards = frozenset(
        next(o.index for o in graph.operators if y in o.outputs)
        for (x, y), rule in rules.items()
        if not _apart(items, best, x, y) and not _forwards(rule, best[x], best[y]) and best[x] != best[y]
    )
    scratch = {-1 - key: offset for key, offset in best.items() if key < 0}
    placed = tuple(place_segment(graph, first, layouts[first], scratch.get(first, 0)) for first in sorted(layouts))
    shared = {stage.operator: s.scratch for s in placed for stage in layouts[s.first].stages if stage.scratch_bytes}
    return Plan(
        planned={tensor: best[of[tensor]] for tensor in sorted(prepared.planned) if of[tensor] in best},
        scratch={index: offset for index, offset in scratch.items() if index not in layouts} | shared,
        backwards=backwards,
        peak_bytes=_peak(items, best),
        bound_bytes=bound,
        segments=placed,
    )


def _same_bytes(graph: Subgraph, prepared: Prepared) -> dict[int, int]:
    """Each tensor's item: its own, or that of the tensor it is a reshape of, where that one is not read any more."""
    last = {index: operator.index for operator in graph.operators for index in operator.inputs}
    of = {tensor: tensor for tensor in prepared.planned}
    for operator, node in zip(graph.operators, prepared.nodes, strict=True):
        x, y = operator.inputs[0] if operator.inputs else -1, operator.outputs[0]
        if node.kernel == "reshape" and x in of and last[x] == operator.index and x not in graph.outputs:
            of[y] = of[x]
    return of


def _items(graph: Subgraph, prepared: Prepared, of: Mapping[int, int], layouts: Mapping[int, Layout]) -> list[Item]:
    """Lifetimes; step 0 is the caller's, operator i runs in step i + 1, a segment in the step of its first operator."""
    end = len(graph.operators) + 1
    step = _steps(graph, layouts)
    born = dict.fromkeys(graph.inputs, 0)
    last = dict.fromkeys(graph.outputs, end)
    for operator in graph.operators:
        born |= dict.fromkeys(operator.outputs, step[operator.index])
        for index in operator.inputs:
            last[index] = max(last.get(index, 0), step[operator.index])
    for tensor, item in of.items():
        last[item] = max(last.get(item, 0), last.get(tensor, 0), born[tensor])
    inner = {tensor for layout in layouts.values() for tensor in layout.rings}
    own = [tensor for tensor in sorted(prepared.planned) if of[tensor] == tensor and tensor not in inner]
    items = [Item(t, aligned(graph.tensors[t].bytes), born[t], last[t]) for t in own]
    items += [
        Item(-1 - index, aligned(node.scratch_bytes), index + 1, index + 1)
        for index, node in enumerate(prepared.nodes)
        if node.scratch is not None and not any(f <= index < f + x.operators for f, x in layouts.items())
    ]
    items += [Item(-1 - first, x.scratch_bytes, first + 1, first + 1) for first, x in layouts.items()]
    return items


def _steps(graph: Subgraph, layouts: Mapping[int, Layout]) -> dict[int, int]:
    """The step of each operator."""
    step = {operator.index: operator.index + 1 for operator in graph.operators}
    for first, layout in layouts.items():
        step |= {stage.operator: first + 1 for stage in layout.stages if stage.kind != "feed"}
    return step


def _rules(
    graph: Subgraph,
    prepared: Prepared,
    items: Mapping[int, Item],
    of: Mapping[int, int],
    layouts: Mapping[int, Layout],
) -> dict[tuple[int, int], Rule]:
    """(x, y) → how y may lie over x, for every operator and segment where x dies."""
    rules: dict[tuple[int, int], Rule] = {}
    for first, layout in layouts.items():
        for (tensor, y), rule in layout.rules.items():
            x = of[tensor]
            if items[x].last == first + 1 and items[y].first == first + 1 and (x, y) not in rules:
                rules[x, y] = rule
    fused = {stage.operator for layout in layouts.values() for stage in layout.stages}
    for operator, node in zip(graph.operators, prepared.nodes, strict=True):
        if operator.index in fused:
            continue
        y, window = operator.outputs[0], window_of(node)
        for position, tensor in enumerate(operator.inputs):
            x = of.get(tensor, -1)
            if x not in items or y not in items or items[x].last != operator.index + 1:
                continue
            same_count = _elements(graph, tensor) == _elements(graph, y)
            if window is not None:
                if position == 0 and window.batches == 1 and [of.get(i) for i in operator.inputs].count(x) == 1:
                    rules[x, y] = Rule(window.forwards_bytes, window.backwards_bytes, exactly=False)
            elif position in node.in_place and same_count:
                rules[x, y] = Rule(None, None, exactly=True)
    return rules


def _elements(graph: Subgraph, tensor: int) -> int:
    count = 1
    for size in graph.tensors[tensor].shape:
        count *= size
    return count


def _bound(items: Sequence[Item], rules: Mapping[tuple[int, int], Rule]) -> int:
    """The most bytes of one step, each with the best overlap it allows."""
    most = 0
    for step in {item.first for item in items}:
        live = {item.key: item for item in items if item.first <= step <= item.last}
        total = sum(item.size for item in live.values())
        saved = 0
        for (x, y), rule in rules.items():
            if x in live and y in live and live[y].first == step:
                saved = max(saved, live[x].size + live[y].size - together(live[x].size, live[y].size, rule))
        most = max(most, total - saved)
    return most


def _search(items: Sequence[Item], rules: Mapping[tuple[int, int], Rule], bound: int) -> dict[int, int]:
    conflicts = {a.key: [b for b in items if b.key != a.key and a.first <= b.last and b.first <= a.last] for a in items}
    by: tuple[Callable[[Item], tuple[int, ...]], ...] = (
        lambda item: (-item.size, item.first, item.key),
        lambda item: (item.first, -item.size, item.key),
        lambda item: (-item.size * (item.last - item.first + 1), item.key),
        lambda item: (-item.last, -item.size, item.key),
    )
    order = list(items)
    best: dict[int, int] = {}
    best_peak = 0
    chance = random.Random(_SEED)
    for number in range(_TRIES):
        if number < len(by):
            tried = sorted(items, key=by[number])
        else:
            tried = list(order)
            at, to = chance.randrange(len(tried)), chance.randrange(len(tried))
            if chance.random() < 0.5:
                tried[at], tried[to] = tried[to], tried[at]
            else:
                tried.insert(to, tried.pop(at))
        placed = _place(tried, conflicts, rules, bound)
        peak = _peak(items, placed)
        if not best or peak <= best_peak:
            best, best_peak, order = placed, peak, tried
        if best_peak <= bound:
            break
    return best


def _place(
    order: Sequence[Item], conflicts: Mapping[int, Sequence[Item]], rules: Mapping[tuple[int, int], Rule], bound: int
) -> dict[int, int]:
    """Each item in turn at the lowest offset that the rules allow."""
    placed: dict[int, int] = {}
    for item in order:
        others = [other for other in conflicts[item.key] if other.key in placed]
        candidates = {0, max(0, bound - item.size)}
        for other in others:
            candidates |= _touching(item, other, placed[other.key], rules)
        placed[item.key] = min(
            offset
            for offset in candidates
            if offset >= 0 and all(_allowed(item, offset, other, placed[other.key], rules) for other in others)
        )
    return placed


def _touching(item: Item, other: Item, at: int, rules: Mapping[tuple[int, int], Rule]) -> set[int]:
    """Offsets of `item` where it just does not disturb `other` at `at`."""
    found = {at + other.size, at - item.size}
    rule = rules.get((item.key, other.key))  # item is read while other is written
    if rule is not None:
        found |= {at + aligned(rule.forwards)} if rule.forwards is not None else set()
        found |= {at - aligned(rule.backwards)} if rule.backwards is not None else set()
        found |= {at} if rule.exactly else set()
    rule = rules.get((other.key, item.key))
    if rule is not None:
        found |= {at - aligned(rule.forwards)} if rule.forwards is not None else set()
        found |= {at + aligned(rule.backwards)} if rule.backwards is not None else set()
        found |= {at} if rule.exactly else set()
    return found


def _allowed(item: Item, offset: int, other: Item, at: int, rules: Mapping[tuple[int, int], Rule]) -> bool:
    if offset + item.size <= at or at + other.size <= offset:
        return True
    rule = rules.get((item.key, other.key))
    if rule is not None and _over(rule, offset, at):
        return True
    rule = rules.get((other.key, item.key))
    return rule is not None and _over(rule, at, offset)


def _over(rule: Rule, x: int, y: int) -> bool:
    if rule.exactly and x == y:
        return True
    return _forwards(rule, x, y) or (rule.backwards is not None and y - x >= rule.backwards)


def _forwards(rule: Rule, x: int, y: int) -> bool:
    return rule.forwards is not None and x - y >= rule.forwards


def _apart(items: Sequence[Item], placed: Mapping[int, int], x: int, y: int) -> bool:
    size = {item.key: item.size for item in items}
    return placed[x] + size[x] <= placed[y] or placed[y] + size[y] <= placed[x]


def _peak(items: Sequence[Item], placed: Mapping[int, int]) -> int:
    return max((placed[item.key] + item.size for item in items), default=0)
