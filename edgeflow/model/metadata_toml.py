"""The words of the metadata file: TOML, `schema = 1`. What each means is in docs/metadata.md.

Tensors have a short form (`mean`, `threshold`, `labels`…) whose order is the order of the steps and files, and a
general one (`unit`, `file`) for what the short form cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Final, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Numbers = float | tuple[float, ...]
FileType = Literal[
    "unknown", "descriptions", "axis-labels", "value-labels", "score-calibration", "vocabulary", "scann-index"
]
Transform = Literal["identity", "log", "inverse-logistic"]


@dataclass(frozen=True)
class File:
    """An associated file: `file` is its path from the metadata file's folder; its name alone goes into the model.

    Without `type` it is what the key it stands under means.
    """

    file: str
    type: FileType | None = None
    description: str = ""
    locale: str = ""
    version: str = ""


Files = str | File | tuple[str | File, ...]


@dataclass(frozen=True)
class Calibration:
    transform: Transform = "identity"
    default: float = 0.0
    file: str | File | None = None


@dataclass(frozen=True)
class Tokenizer:
    kind: Literal["bert", "sentencepiece", "regex"]
    vocabulary: Files = ()
    model: Files = ()
    pattern: str = ""


@dataclass(frozen=True)
class Unit:
    """One step in the general form."""

    kind: Literal["normalization", "calibration", "threshold", "bert", "sentencepiece", "regex", "none"]
    mean: Numbers = ()
    std: Numbers = ()
    transform: Transform = "identity"
    default: float = 0.0
    threshold: float = 0.0
    vocabulary: Files = ()
    model: Files = ()
    pattern: str = ""


@dataclass(frozen=True)
class Group:
    name: str = ""
    tensors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Custom:
    name: str
    base64: str = ""


@dataclass(frozen=True)
class Tensor:
    """One `[[input]]` or `[[output]]`. `tensor` picks it by its name in the model, a signature's name, or index."""

    tensor: str | int | None = None
    name: str = ""
    description: str = ""
    dimensions: tuple[str, ...] = ()
    kind: Literal["feature", "image", "boxes", "audio", "none"] | None = None
    colour: Literal["unknown", "rgb", "gray"] = "unknown"
    size: tuple[Count, Count] | None = None
    order: tuple[Count, ...] = ()
    box: Literal["unknown", "boundaries", "upper-left", "center"] = "unknown"
    coordinates: Literal["ratio", "pixel"] = "ratio"
    sample_rate: Count = 0
    channels: Count = 0
    range: tuple[Whole, Whole] | None = None
    mean: Numbers = ()
    std: Numbers = ()
    calibration: Calibration | None = None
    threshold: float | None = None
    tokenizer: Tokenizer | None = None
    min: Numbers = ()
    max: Numbers = ()
    labels: Files = ()
    value_labels: Files = ()
    unit: tuple[Unit, ...] = ()
    file: tuple[File, ...] = ()


Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Graph:
    """One `[[subgraph]]`, or what stands at the top level for the only one."""

    name: str = ""
    description: str = ""
    input: tuple[Any, ...] = ()
    output: tuple[Any, ...] = ()
    file: tuple[File, ...] = ()
    input_unit: tuple[Unit, ...] = ()
    output_unit: tuple[Unit, ...] = ()
    input_group: tuple[Group, ...] = ()
    output_group: tuple[Group, ...] = ()
    custom: tuple[Custom, ...] = ()
    pre: Entries = field(default_factory=dict)
    post: Entries = field(default_factory=dict)


@dataclass(frozen=True)
class Top:
    """The keys beside a single subgraph's own."""

    schema: int
    name: str = ""
    description: str = ""
    version: str = ""
    author: str = ""
    license: str = ""
    file: tuple[File, ...] = ()
    subgraph: tuple[Any, ...] = ()


def keys(kind: type) -> tuple[str, ...]:
    """The keys a table of this kind may have."""
    return tuple(entry.name for entry in fields(kind))


# what a single subgraph may have at the top level
FLAT: Final = tuple(name for name in keys(Graph) if name not in ("name", "description", "file"))
KIND_KEYS: Final = {
    "image": ("colour", "size"),
    "boxes": ("order", "box", "coordinates"),
    "audio": ("sample_rate", "channels"),
}
UNIT_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "normalization": ("mean", "std"),
    "calibration": ("transform", "default"),
    "threshold": ("threshold",),
    "bert": ("vocabulary",),
    "sentencepiece": ("model", "vocabulary"),
    "regex": ("pattern", "vocabulary"),
    "none": (),
}
# keys whose value is one table or several, and what these are
NESTED: Final[Mapping[str, type]] = {
    **dict.fromkeys(("file", "labels", "value_labels", "vocabulary", "model"), File),
    **dict.fromkeys(("unit", "input_unit", "output_unit"), Unit),
    **dict.fromkeys(("input_group", "output_group"), Group),
    "calibration": Calibration,
    "tokenizer": Tokenizer,
    "custom": Custom,
}
