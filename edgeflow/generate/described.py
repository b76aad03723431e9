"""What a model's own metadata says about one input or output, in the words of the project file.

Metadata names tensors by their order in the subgraph; the EDGEFLOW entry by name or index, as a project file does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from edgeflow.errors import ModelError
from edgeflow.generate.project import Post, Pre, check_entries
from edgeflow.generate.tensors import Calibration
from edgeflow.model import metadata as m
from edgeflow.model.archive import read_files
from edgeflow.model.metadata_extras import read_extras
from edgeflow.model.metadata_read import read_metadata
from edgeflow.model.types import Model, Subgraph

_AGAIN = "write the metadata again with edgeflow metadata write"


@dataclass(frozen=True)
class Labels:
    """Labels in each language there is, the one without a locale first; `locale` is empty for that one."""

    locale: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """One tensor's. Everything is empty where the metadata is silent; `boxes` has four places in `index`."""

    name: str = ""
    image: m.Image | None = None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    boxes: m.BoundingBox | None = None
    axis_labels: tuple[Labels, ...] = ()
    value_labels: tuple[Labels, ...] = ()
    threshold: float | None = None
    calibration: Calibration | None = None
    audio: m.Audio | None = None
    regex: m.RegexTokenizer | None = None


@dataclass(frozen=True)
class Graph:
    """One subgraph's: by tensor index; `groups` are names of outputs that belong together."""

    inputs: Mapping[int, Description] = field(default_factory=dict)
    outputs: Mapping[int, Description] = field(default_factory=dict)
    groups: tuple[m.TensorGroup, ...] = ()
    pre: Mapping[str, Pre] = field(default_factory=dict)
    post: Mapping[str, Post] = field(default_factory=dict)

    def of(self, role: Literal["input", "output"], index: int) -> Description:
        return (self.inputs if role == "input" else self.outputs).get(index, Description())


@dataclass(frozen=True)
class Described:
    """A model's, by subgraph; `files` are those behind the model."""

    graphs: tuple[Graph, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    def graph(self, number: int) -> Graph:
        return self.graphs[number] if number < len(self.graphs) else Graph()


def describe(model: Model) -> Described:
    """What the metadata of `model` says, nothing where it has none. Raises ModelError on damaged metadata."""
    metadata = read_metadata(model)
    if metadata is None:
        return Described()
    files = read_files(model.content, model.path)
    graphs = tuple(
        _graph(model, subgraph, said, files)
        for subgraph, said in zip(model.subgraphs, metadata.subgraphs, strict=False)
    )
    return Described(graphs, files)


def _graph(model: Model, subgraph: Subgraph, said: m.SubGraphMetadata, files: Mapping[str, bytes]) -> Graph:
    extras = read_extras(said)
    pre, post = check_entries(extras.pre, extras.post, model.path) if extras else ({}, {})
    found: dict[str, dict[int, Description]] = {}
    for role, tensors, indices in (
        ("input", said.inputs, subgraph.inputs),
        ("output", said.outputs, subgraph.outputs),
    ):
        found[role] = {}
        for tensor, index in zip(tensors, indices, strict=False):
            where = f"the metadata of {model.path}: {role} {tensor.name or index}"
            found[role][index] = _description(tensor, subgraph.tensors[index].shape_signature, files, where)
    return Graph(found["input"], found["output"], said.output_groups, pre, post)


def _description(
    tensor: m.TensorMetadata, shape: tuple[int, ...], files: Mapping[str, bytes], where: str
) -> Description:
    properties = tensor.content.properties if tensor.content else None
    boxes = properties if isinstance(properties, m.BoundingBox) else None
    if boxes is not None and boxes.index and sorted(boxes.index) != [0, 1, 2, 3]:
        raise ModelError(f"{where}: the index of its boxes is {list(boxes.index)}, not 0, 1, 2, 3 in any order", _AGAIN)
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    threshold, calibration, regex = None, None, None
    channels = shape[-1] if shape else 1
    for unit in tensor.units:
        match unit.options:
            case m.Normalization():
                mean, std = _normalization(unit.options, channels, where)
            case m.ScoreThreshold():
                threshold = m.shortest(unit.options.threshold)
                if not math.isfinite(threshold):
                    raise ModelError(f"{where}: its score threshold is not finite", _AGAIN)
            case m.RegexTokenizer():
                regex = unit.options
            case m.ScoreCalibration():
                calibration = _calibration(unit.options, tensor, channels, files, where)
            case _:
                pass
    return Description(
        name=tensor.name,
        image=properties if isinstance(properties, m.Image) else None,
        mean=mean,
        std=std,
        boxes=boxes,
        axis_labels=_labels(tensor, "axis-labels", files, where),
        value_labels=_labels(tensor, "value-labels", files, where),
        threshold=threshold,
        calibration=calibration,
        audio=properties if isinstance(properties, m.Audio) else None,
        regex=regex,
    )


def _normalization(options: m.Normalization, channels: int, where: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    for name, values in (("mean", options.mean), ("std", options.std)):
        if len(values) > 1 and len(values) != channels:
            raise ModelError(f"{where}: {name} has {len(values)} entries for {channels} channels", _AGAIN)
        if not all(map(math.isfinite, values)):
            raise ModelError(f"{where}: {name} is not finite", _AGAIN)
    if 0 in options.std:
        raise ModelError(f"{where}: std is 0: nothing can be divided by it", _AGAIN)
    return tuple(map(m.shortest, options.mean)), tuple(map(m.shortest, options.std))


def _labels(tensor: m.TensorMetadata, kind: str, files: Mapping[str, bytes], where: str) -> tuple[Labels, ...]:
    found: dict[str, Labels] = {}
    for file in tensor.files:
        if file.type == kind and file.locale not in found:
            words = text_lines(_file(file, files, where), f"{where}: {file.name}")
            found[file.locale] = Labels(file.locale, words)
    return tuple(sorted(found.values(), key=lambda labels: labels.locale != ""))


def text_lines(content: bytes, where: str) -> tuple[str, ...]:
    """The lines of a labels file without the empty ones at its end. Raises ModelError when it is not UTF-8."""
    try:
        lines = tuple(line.strip() for line in content.decode("utf-8-sig").splitlines())
    except UnicodeDecodeError as error:
        raise ModelError(f"{where} is not UTF-8 text (byte {error.start})", _AGAIN) from error
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def _file(file: m.AssociatedFile, files: Mapping[str, bytes], where: str) -> bytes:
    if file.name not in files:
        raise ModelError(f"{where}: the file {file.name} does not travel with the model", _AGAIN)
    return files[file.name]


def _calibration(
    options: m.ScoreCalibration, tensor: m.TensorMetadata, classes: int, files: Mapping[str, bytes], where: str
) -> Calibration:
    """A line a class: scale, slope, offset and perhaps the least score, separated by commas; an empty line for none."""
    file = next((file for file in tensor.files if file.type == "score-calibration"), None)
    if file is None:
        raise ModelError(f"{where}: its scores are to be calibrated, but no file says how", _AGAIN)
    rows: list[tuple[float, float, float, float | None] | None] = []
    try:
        lines = _file(file, files, where).decode("utf-8-sig").splitlines()
        for line in lines:
            numbers = [float(word) for word in line.split(",")] if line.strip() else []
            if len(numbers) not in (0, 3, 4) or not all(map(math.isfinite, numbers)) or (numbers and numbers[0] < 0):
                raise ValueError
            least = numbers[3] if len(numbers) == 4 else None
            rows.append((numbers[0], numbers[1], numbers[2], least) if numbers else None)
    except ValueError as error:
        raise ModelError(f"{where}: {file.name}, line {len(rows) + 1}: not scale, slope, offset", _AGAIN) from error
    if len(rows) < classes and rows:
        rows += [None] * (classes - len(rows))
    if len(rows) != classes:
        raise ModelError(f"{where}: {file.name} has {len(rows)} lines for {classes} classes", _AGAIN)
    if not math.isfinite(options.default_score):
        raise ModelError(f"{where}: its default score is not finite", _AGAIN)
    return Calibration(options.transform, m.shortest(options.default_score), tuple(rows))
