# ruff: noqa: RUF009 - the defaults below are dataclass fields, made by functions that know their place
"""TFLite metadata (schema M001, 1.5.0) as plain values: what a model says about its inputs, outputs and files.

Each field states its place in the binary form once, in `Wire`; the reader and the writer go by it alone. An empty
string, tuple or None is an absent field. Floats are float32 in the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final, Literal

ENTRY: Final = "TFLITE_METADATA"  # the name of the entry in Model.metadata
IDENTIFIER: Final = b"M001"
SCHEMA_VERSION: Final = "1.5.0"

COLOURS: Final = ("unknown", "rgb", "gray")
BOX_TYPES: Final = ("unknown", "boundaries", "upper-left", "center")
COORDINATES: Final = ("ratio", "pixel")
TRANSFORMS: Final = ("identity", "log", "inverse-logistic")
FILE_TYPES: Final = (
    "unknown",
    "descriptions",
    "axis-labels",
    "value-labels",
    "score-calibration",
    "vocabulary",
    "scann-index",
)


@dataclass(frozen=True)
class Wire:
    """Where a field stands in its FlatBuffers table: `id` counts from 0; a union takes `id` (its type) and `id` + 1.

    `code` is the struct letter of numbers; `words` name an enumeration's values from 0; `tables` are the classes a
    table, a vector of tables or a union (from type 1) can hold; `align` is a vector's alignment in bytes.
    """

    id: int
    kind: Literal["text", "texts", "number", "numbers", "word", "bytes", "table", "tables", "union"]
    code: str = ""
    words: tuple[str, ...] = ()
    tables: tuple[type, ...] = ()
    align: int = 1


def wire(value: type) -> Iterator[tuple[str, Wire]]:
    """The fields of one of the classes below, in the order of their declaration."""
    for entry in fields(value):
        yield entry.name, entry.metadata["wire"]


def _text(number: int) -> Any:
    return field(default="", metadata={"wire": Wire(number, "text")})


def _texts(number: int) -> Any:
    return field(default=(), metadata={"wire": Wire(number, "texts")})


def _number(number: int, code: str) -> Any:
    return field(default=0.0 if code == "f" else 0, metadata={"wire": Wire(number, "number", code)})


def _numbers(number: int, code: str) -> Any:
    return field(default=(), metadata={"wire": Wire(number, "numbers", code)})


def _word(number: int, words: tuple[str, ...]) -> Any:
    return field(default=words[0], metadata={"wire": Wire(number, "word", words=words)})


def _bytes(number: int, align: int) -> Any:
    return field(default=b"", metadata={"wire": Wire(number, "bytes", align=align)})


def _table(number: int, table: type) -> Any:
    return field(default=None, metadata={"wire": Wire(number, "table", tables=(table,))})


def _tables(number: int, table: type) -> Any:
    return field(default=(), metadata={"wire": Wire(number, "tables", tables=(table,))})


def _union(number: int, *tables: type) -> Any:
    return field(default=None, metadata={"wire": Wire(number, "union", tables=tables)})


@dataclass(frozen=True)
class AssociatedFile:
    """A file that travels behind the model, by its plain name; `locale` is a BCP 47 tag such as `de`."""

    name: str = _text(0)
    description: str = _text(1)
    type: str = _word(2, FILE_TYPES)
    locale: str = _text(3)
    version: str = _text(4)


@dataclass(frozen=True)
class Feature:
    """Numbers without further meaning; text is this with a tokenizer."""


@dataclass(frozen=True)
class ImageSize:
    """Pixels."""

    width: int = _number(0, "I")
    height: int = _number(1, "I")


@dataclass(frozen=True)
class Image:
    """`size` is the size images were made for, where the tensor's own is free."""

    colour: str = _word(0, COLOURS)
    size: ImageSize | None = _table(1, ImageSize)


@dataclass(frozen=True)
class BoundingBox:
    """Boxes of four numbers: `index` says at which place left, top, right, bottom (or their like) stand."""

    index: tuple[int, ...] = _numbers(0, "I")
    type: str = _word(1, BOX_TYPES)
    coordinates: str = _word(2, COORDINATES)


@dataclass(frozen=True)
class Audio:
    """`sample_rate` in Hz."""

    sample_rate: int = _number(0, "I")
    channels: int = _number(1, "I")


@dataclass(frozen=True)
class ValueRange:
    """The dimensions the content is about, first and last, both counted."""

    min: int = _number(0, "i")
    max: int = _number(1, "i")


@dataclass(frozen=True)
class Content:
    properties: Feature | Image | BoundingBox | Audio | None = _union(0, Feature, Image, BoundingBox, Audio)
    range: ValueRange | None = _table(2, ValueRange)


@dataclass(frozen=True)
class Normalization:
    """(x - mean) / std; one entry for all or one a channel."""

    mean: tuple[float, ...] = _numbers(0, "f")
    std: tuple[float, ...] = _numbers(1, "f")


@dataclass(frozen=True)
class ScoreCalibration:
    """Scores are transformed, then calibrated by the tensor's score-calibration file."""

    transform: str = _word(0, TRANSFORMS)
    default_score: float = _number(1, "f")


@dataclass(frozen=True)
class ScoreThreshold:
    """Scores below `threshold` are not results."""

    threshold: float = _number(0, "f")


@dataclass(frozen=True)
class BertTokenizer:
    vocabulary: tuple[AssociatedFile, ...] = _tables(0, AssociatedFile)


@dataclass(frozen=True)
class SentencePieceTokenizer:
    model: tuple[AssociatedFile, ...] = _tables(0, AssociatedFile)
    vocabulary: tuple[AssociatedFile, ...] = _tables(1, AssociatedFile)


@dataclass(frozen=True)
class RegexTokenizer:
    """Text is split where `pattern` matches."""

    pattern: str = _text(0)
    vocabulary: tuple[AssociatedFile, ...] = _tables(1, AssociatedFile)


Options = Normalization | ScoreCalibration | ScoreThreshold | BertTokenizer | SentencePieceTokenizer | RegexTokenizer


@dataclass(frozen=True)
class ProcessUnit:
    """One step before an input or after an output."""

    options: Options | None = _union(
        0, Normalization, ScoreCalibration, ScoreThreshold, BertTokenizer, SentencePieceTokenizer, RegexTokenizer
    )


@dataclass(frozen=True)
class Stats:
    """Extremes of the real values; one entry for all or one a channel."""

    max: tuple[float, ...] = _numbers(0, "f")
    min: tuple[float, ...] = _numbers(1, "f")


@dataclass(frozen=True)
class TensorGroup:
    """Tensors, by their names in the metadata, that belong together, as a detection's boxes, classes and scores."""

    name: str = _text(0)
    tensors: tuple[str, ...] = _texts(1)


@dataclass(frozen=True)
class TensorMetadata:
    """One input or output, in the order of the subgraph's."""

    name: str = _text(0)
    description: str = _text(1)
    dimensions: tuple[str, ...] = _texts(2)
    content: Content | None = _table(3, Content)
    units: tuple[ProcessUnit, ...] = _tables(4, ProcessUnit)
    stats: Stats | None = _table(5, Stats)
    files: tuple[AssociatedFile, ...] = _tables(6, AssociatedFile)


@dataclass(frozen=True)
class CustomMetadata:
    """Bytes that only their maker can read."""

    name: str = _text(0)
    data: bytes = _bytes(1, 16)


@dataclass(frozen=True)
class SubGraphMetadata:
    name: str = _text(0)
    description: str = _text(1)
    inputs: tuple[TensorMetadata, ...] = _tables(2, TensorMetadata)
    outputs: tuple[TensorMetadata, ...] = _tables(3, TensorMetadata)
    files: tuple[AssociatedFile, ...] = _tables(4, AssociatedFile)
    input_units: tuple[ProcessUnit, ...] = _tables(5, ProcessUnit)
    output_units: tuple[ProcessUnit, ...] = _tables(6, ProcessUnit)
    input_groups: tuple[TensorGroup, ...] = _tables(7, TensorGroup)
    output_groups: tuple[TensorGroup, ...] = _tables(8, TensorGroup)
    custom: tuple[CustomMetadata, ...] = _tables(9, CustomMetadata)


@dataclass(frozen=True)
class ModelMetadata:
    """All of it. `min_parser_version` is computed when it is written."""

    name: str = _text(0)
    description: str = _text(1)
    version: str = _text(2)
    subgraphs: tuple[SubGraphMetadata, ...] = _tables(3, SubGraphMetadata)
    author: str = _text(4)
    license: str = _text(5)
    files: tuple[AssociatedFile, ...] = _tables(6, AssociatedFile)
    min_parser_version: str = _text(7)


def walk(value: object) -> Iterator[object]:
    """`value` and every table within it, outermost first."""
    yield value
    for name, _ in wire(type(value)):
        found = getattr(value, name)
        for child in found if isinstance(found, tuple) else (found,):
            if is_dataclass(child):
                yield from walk(child)


def recorded_files(metadata: ModelMetadata) -> tuple[str, ...]:
    """Names of the associated files the metadata speaks of, each once, in order."""
    return tuple(dict.fromkeys(table.name for table in walk(metadata) if isinstance(table, AssociatedFile)))


def single(value: float) -> float:
    """The float32 nearest to `value`, as a float64. Raises OverflowError beyond its range."""
    nearest: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return nearest


def shortest(value: float) -> float:
    """The float64 with the fewest decimal digits that is `value` as a float32: 0.1, not 0.10000000149011612."""
    return next((short for short in (float(f"{value:.{n}g}") for n in range(6, 10)) if single(short) == value), value)
