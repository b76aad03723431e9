"""Outputs that together are detections: found by the project file's names or the metadata's tensor groups."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgeflow.errors import UsageError
from edgeflow.generate import names
from edgeflow.generate.described import Graph, Labels
from edgeflow.generate.prepost import PostStep
from edgeflow.generate.project import Post

if TYPE_CHECKING:
    from edgeflow.generate.context import Port


@dataclass(frozen=True)
class Group:
    """One typed answer made of several outputs: arguments of `tensors.detections`.

    `boxes`, `scores`, `classes` and `count` are identifiers of outputs, None where there is none.
    """

    identifier: str
    boxes: str
    scores: str
    classes: str | None
    count: str | None
    labels: tuple[str, ...]
    locales: tuple[Labels, ...]
    top_k: int
    threshold: float | None


def find_groups(
    ports: tuple[Port, ...], graph: Graph, given: Mapping[str, Post], where: str, reserved: Sequence[str]
) -> tuple[tuple[Group, ...], tuple[Port, ...]]:
    """The detections among `ports`, and the ports with the scores and classes of detections read as plain values.

    `given` are the `[post]` entries in force; a group of the metadata that is no detection is left alone.
    Raises UsageError on an entry whose outputs do not go together.
    """
    wanted: list[tuple[str, Port, Port, Port | None, Port | None]] = []
    for number, port in enumerate(ports):
        post = given.get(port.name, given.get(str(number)))
        if post is not None and post.kind == "boxes" and post.scores is not None:
            place = f"{where}[post.{port.name}]"
            scores = _called(ports, post.scores, place)
            classes = _called(ports, post.classes, place) if post.classes is not None else None
            count = _called(ports, post.count, place) if post.count is not None else None
            if not _fits(port, scores, classes, count):
                raise UsageError(
                    f"{place}: boxes {list(port.shape)}, scores {list(scores.shape)} and the others do not go together",
                    "give [1, N, 4], [1, N] or [1, N, classes], classes of [1, N] and a count of [1]",
                )
            wanted.append(("detections", port, scores, classes, count))
    if not wanted:
        wanted = [found for group in graph.groups if (found := _said(ports, graph, group.name, group.tensors))]
    taken = [*reserved, *(port.identifier for port in ports)]
    identifiers = names.python_names([name for name, *_ in wanted], "detections", reserved=taken)
    groups, changed = [], {port.identifier: port for port in ports}
    for identifier, (_, boxes, scores, classes, count) in zip(identifiers, wanted, strict=True):
        said = [graph.of("output", port.index) for port in (classes, scores) if port is not None]
        labels = [labels for one in said for labels in (one.value_labels or one.axis_labels)]
        groups.append(
            Group(
                identifier=identifier,
                boxes=boxes.identifier,
                scores=scores.identifier,
                classes=classes.identifier if classes else None,
                count=count.identifier if count else None,
                labels=boxes.post.labels or (labels[0].words if labels else ()),
                locales=() if boxes.post.labels else tuple(labels[1:]),
                top_k=boxes.post.top_k,
                threshold=boxes.post.threshold if boxes.post.threshold is not None else scores.post.threshold,
            )
        )
        for part in (scores, classes, count):
            if part is not None:
                plain = PostStep("values", part.post.activation, calibration=part.post.calibration)
                changed[part.identifier] = replace(part, post=plain)
    return tuple(groups), tuple(changed.values())


def _called(ports: tuple[Port, ...], name: str, where: str) -> Port:
    for number, port in enumerate(ports):
        if name in (port.name, str(number)):
            return port
    known = ", ".join(repr(port.name) for port in ports)
    raise UsageError(f"{where}: no output is called {name!r}", f"the outputs: {known}")


def _said(
    ports: tuple[Port, ...], graph: Graph, name: str, members: Sequence[str]
) -> tuple[str, Port, Port, Port | None, Port | None] | None:
    """A group of the metadata as a detection: one output of boxes, one of scores, perhaps classes and a count."""
    parts = [port for port in ports if graph.of("output", port.index).name in members]
    boxes = [port for port in parts if port.post.kind == "boxes"]
    others = [port for port in parts if port.post.kind != "boxes"]
    classes = [
        port for port in others if graph.of("output", port.index).value_labels or _is(graph, port, "class|categ")
    ]
    count = [port for port in ports if port not in classes and port not in boxes and math.prod(port.shape) == 1]
    count = [port for port in count if _is(graph, port, "number|count|num_")]
    scores = [port for port in others if port not in classes and port not in count]
    if len(boxes) != 1 or len(scores) != 1 or len(classes) > 1:
        return None
    found = (boxes[0], scores[0], classes[0] if classes else None, count[0] if count else None)
    return (name, *found) if _fits(*found) else None


def _is(graph: Graph, port: Port, words: str) -> bool:
    return re.search(words, f"{graph.of('output', port.index).name} {port.name}".lower()) is not None


def _fits(boxes: Port, scores: Port, classes: Port | None, count: Port | None) -> bool:
    total = math.prod(boxes.shape[:-1])
    held = math.prod(scores.shape)
    several = held != total and len(scores.shape) > 1 and math.prod(scores.shape[:-1]) == total
    if total < 1 or not (held == total or several) or (several and classes is not None):
        return False
    if boxes.shape[0] not in (1, total):
        return False
    return (classes is None or math.prod(classes.shape) == total) and (count is None or math.prod(count.shape) == 1)
