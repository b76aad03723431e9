"""The memory plan of an ahead-of-time build: window operators write over their input while they read it.

A window operator makes its output one whole row at a time, and rows go first to last or last to first. With the input
at A and the output at B (bytes, element sizes included), row i writes [B + o*i, B + o*(i+1)) and then, or before,
reads the input's rows f(i)..l(i); o and r are the bytes of an output and an input row. No byte that is still to be read
is written

    forwards   where A - B >= D, D = max over i of o*(i+1) - r*f(i)
    backwards  where B - A >= R, R = max over i of r*(l(i)+1) - o*i
    always     where the two lie apart.

f and l clamp the window to the input. An operator whose kernel allows it may also write exactly over its input.
`simulate` holds every plan to this with marked bytes, knowing nothing of D and R.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from edgeflow.generate.prepared import Node, Prepared
from edgeflow.model.types import Subgraph

ALIGNMENT_BYTES = 16
_TRIES = 400
_SEED = 20261120


@dataclass(frozen=True)
class Window:
    """What of `struct ef_window` the order of rows depends on; `reach` is the window's height with dilation."""

    batches: int
    in_rows: int
    out_rows: int
    in_row_bytes: int
    out_row_bytes: int
    stride: int
    pad_top: int
    reach: int

    def reads(self, row: int) -> tuple[int, int]:
        """First and one past the last input row that output row `row` may read."""
        first = row * self.stride - self.pad_top
        return self._clamp(first), self._clamp(first + self.reach - 1) + 1

    def _clamp(self, row: int) -> int:
        return min(max(row, 0), self.in_rows - 1)

    @property
    def forwards_bytes(self) -> int:
        """D: by how much the input must begin behind the output; may be negative."""
        return max(self.out_row_bytes * (i + 1) - self.in_row_bytes * self.reads(i)[0] for i in range(self.out_rows))

    @property
    def backwards_bytes(self) -> int:
        """R: by how much the output must begin behind the input; may be negative."""
        return max(self.in_row_bytes * self.reads(i)[1] - self.out_row_bytes * i for i in range(self.out_rows))


@dataclass(frozen=True)
class Rule:
    """How output `y` may lie over input `x`, which dies there: bytes as in Window, None where rows do not apply."""

    forwards: int | None
    backwards: int | None
    exactly: bool


@dataclass(frozen=True)
class Item:
    """A piece of memory alive from step `first` to `last`: a tensor, or an operator's scratch (key < 0)."""

    key: int
    size: int
    first: int
    last: int


@dataclass(frozen=True)
class Plan:
    """Offsets by tensor, scratch by operator, the operators whose rows run last to first; bytes.

    `bound_bytes` is what no plan of these rules can go below: the most that one operator needs.
    """

    planned: Mapping[int, int]
    scratch: Mapping[int, int]
    backwards: frozenset[int]
    peak_bytes: int
    bound_bytes: int

    def applied(self, prepared: Prepared) -> Prepared:
        """`prepared` with these places."""
        nodes = tuple(
            replace(node, scratch=self.scratch[index], backwards=index in self.backwards)
            if index in self.scratch
            else replace(node, backwards=index in self.backwards)
            for index, node in enumerate(prepared.nodes)
        )
        return replace(prepared, planned=dict(self.planned), planned_bytes=self.peak_bytes, nodes=nodes)


def window_of(node: Node) -> Window | None:
    """The geometry at the start of a row kernel's record; None for other kernels."""
    if not node.by_rows:
        return None
    (n, in_h, in_w, in_c, out_h, out_w, out_c, height, _, stride, _, dilation, _, top, _, in_bytes, out_bytes, _) = (
        struct.unpack_from("<18H", node.geometry or node.record)
    )
    return Window(
        batches=n,
        in_rows=in_h,
        out_rows=out_h,
        in_row_bytes=in_w * in_c * in_bytes,
        out_row_bytes=out_w * out_c * out_bytes,
        stride=stride,
        pad_top=top,
        reach=(height - 1) * dilation + 1,
    )


def plan_memory(graph: Subgraph, prepared: Prepared) -> Plan:
    """The best of several hundred placements, the same for the same model; never worse than what was prepared."""
    of = _same_bytes(graph, prepared)
    items = _items(graph, prepared, of)
    rules = _rules(graph, prepared, {item.key: item for item in items}, of)
    bound = _bound(items, rules)
    best = _search(items, rules, bound)
    if not best or _peak(items, best) > prepared.planned_bytes:
        kept = {index: node.scratch for index, node in enumerate(prepared.nodes) if node.scratch is not None}
        return Plan(dict(prepared.planned), kept, frozenset(), prepared.planned_bytes, bound)
    backwards = frozenset(
        next(o.index for o in graph.operators if y in o.outputs)
        for (x, y), rule in rules.items()
        if not _apart(items, best, x, y) and not _forwards(rule, best[x], best[y]) and best[x] != best[y]
    )
    return Plan(
        planned={tensor: best[of[tensor]] for tensor in sorted(prepared.planned)},
        scratch={-1 - key: offset for key, offset in best.items() if key < 0},
        backwards=backwards,
        peak_bytes=_peak(items, best),
        bound_bytes=bound,
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


def _items(graph: Subgraph, prepared: Prepared, of: Mapping[int, int]) -> list[Item]:
    """Lifetimes; step 0 is the caller's, operator i runs in step i + 1."""
    end = len(graph.operators) + 1
    born = dict.fromkeys(graph.inputs, 0)
    last = dict.fromkeys(graph.outputs, end)
    for operator in graph.operators:
        born |= dict.fromkeys(operator.outputs, operator.index + 1)
        for index in operator.inputs:
            last[index] = max(last.get(index, 0), operator.index + 1)
    for tensor, item in of.items():
        last[item] = max(last.get(item, 0), last.get(tensor, 0), born[tensor])
    items = [Item(t, _up(graph.tensors[t].bytes), born[t], last[t]) for t in sorted(prepared.planned) if of[t] == t]
    items += [
        Item(-1 - index, _up(node.scratch_bytes), index + 1, index + 1)
        for index, node in enumerate(prepared.nodes)
        if node.scratch is not None
    ]
    return items


def _rules(
    graph: Subgraph, prepared: Prepared, items: Mapping[int, Item], of: Mapping[int, int]
) -> dict[tuple[int, int], Rule]:
    """(x, y) → how y may lie over x, for every operator where x dies."""
    rules: dict[tuple[int, int], Rule] = {}
    for operator, node in zip(graph.operators, prepared.nodes, strict=True):
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
                saved = max(saved, live[x].size + live[y].size - _together(live[x].size, live[y].size, rule))
        most = max(most, total - saved)
    return most


def _together(x: int, y: int, rule: Rule) -> int:
    """The least bytes that x and y take."""
    ways = [x + y]
    if rule.exactly:
        ways.append(max(x, y))
    if rule.forwards is not None:
        ways.append(max(y, x + _up(max(0, rule.forwards))))
    if rule.backwards is not None:
        ways.append(max(x, y + _up(max(0, rule.backwards))))
    return min(ways)


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
        found |= {at + _up(rule.forwards)} if rule.forwards is not None else set()
        found |= {at - _up(rule.backwards)} if rule.backwards is not None else set()
        found |= {at} if rule.exactly else set()
    rule = rules.get((other.key, item.key))
    if rule is not None:
        found |= {at - _up(rule.forwards)} if rule.forwards is not None else set()
        found |= {at + _up(rule.backwards)} if rule.backwards is not None else set()
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


def _up(size: int) -> int:
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
