"""Reads the metadata file a user writes; every unknown key is refused with the known ones."""

from __future__ import annotations

import base64
import binascii
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal, TypeVar

import msgspec

from edgeflow.errors import UsageError
from edgeflow.model import metadata as m
from edgeflow.model.archive import name_fault
from edgeflow.model.metadata_extras import Extras, extras_entry
from edgeflow.model.metadata_toml import (
    FLAT,
    KIND_KEYS,
    NESTED,
    UNIT_KEYS,
    Custom,
    File,
    Files,
    Graph,
    Numbers,
    Tensor,
    Top,
    Unit,
    keys,
)
from edgeflow.model.types import Model, Subgraph, port_names

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
T = TypeVar("T")


@dataclass(frozen=True)
class Described:
    """What a metadata file says; `paths` are the associated files as written there, by the name they travel under."""

    metadata: m.ModelMetadata
    paths: Mapping[str, str]


def load_metadata_file(path: Path, model: Model) -> Described:
    """Read and check a metadata file for `model`. Raises UsageError that names file, place and the known keys."""
    return _Reader(path, model).document(load_document(path))


def parse_metadata_file(text: str, path: Path, model: Model) -> Described:
    """Check the text of a metadata file; `path` only names it. Raises UsageError."""
    return _Reader(path, model).document(_parsed(text, path))


def load_document(path: Path) -> dict[str, Any]:
    """The tables of a metadata file, before a model is there to hold them against. Raises UsageError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"{path} is larger than {MAX_FILE_BYTES} bytes", "give a metadata file")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file", "give the metadata file; docs/metadata.md shows one") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path} cannot be read: {reason}", "check the path and its permissions") from error
    return _parsed(text, path)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}", "correct it there") from error
    if "schema" not in document:
        raise UsageError(f"{path} does not say which schema it follows", "put schema = 1 at its top")
    if document["schema"] != 1 or isinstance(document["schema"], bool):
        raise UsageError(f"{path} says schema = {document['schema']!r}, this edgeflow reads 1", "put schema = 1")
    return document


class _Reader:
    """Reads one document; collects the files it names."""

    def __init__(self, path: Path, model: Model) -> None:
        self._path, self._model = path, model
        self._paths: dict[str, str] = {}

    def document(self, document: Mapping[str, Any]) -> Described:
        known = (*keys(Top), *FLAT)
        self._known("", document, known)
        flat = {key: value for key, value in document.items() if key in FLAT}
        top = self._convert("", {key: value for key, value in document.items() if key not in FLAT}, Top)
        if flat and top.subgraph:
            raise self._fault("", f"{', '.join(flat)} beside [[subgraph]]", "put them into the [[subgraph]] they mean")
        graphs: list[Mapping[str, Any]] = [flat] if flat else list(top.subgraph)
        if len(graphs) > len(self._model.subgraphs):
            raise self._fault(
                "",
                f"{len(graphs)} subgraphs, {self._model.path} has {len(self._model.subgraphs)}",
                "leave out those it does not have",
            )
        metadata = m.ModelMetadata(
            name=top.name,
            description=top.description,
            version=top.version,
            subgraphs=tuple(
                self._graph("" if flat else f"subgraph {number}", table, self._model.subgraphs[number])
                for number, table in enumerate(graphs)
            ),
            author=top.author,
            license=top.license,
            files=self._files(top.file, "[[file]]"),
        )
        return Described(metadata, self._paths)

    def _graph(self, where: str, table: Mapping[str, Any], subgraph: Subgraph) -> m.SubGraphMetadata:
        graph = self._convert(where, table, Graph)
        place = f"{where}: " if where else ""
        custom = [m.CustomMetadata(entry.name, self._decoded(place, entry)) for entry in graph.custom]
        if graph.pre or graph.post:
            custom.append(extras_entry(Extras(graph.pre, graph.post)))
        return m.SubGraphMetadata(
            name=graph.name,
            description=graph.description,
            inputs=self._tensors(f"{place}input", graph.input, subgraph, "input"),
            outputs=self._tensors(f"{place}output", graph.output, subgraph, "output"),
            files=self._files(graph.file, f"{place}file"),
            input_units=tuple(self._unit(f"{place}input_unit", unit) for unit in graph.input_unit),
            output_units=tuple(self._unit(f"{place}output_unit", unit) for unit in graph.output_unit),
            input_groups=tuple(m.TensorGroup(group.name, group.tensors) for group in graph.input_group),
            output_groups=tuple(m.TensorGroup(group.name, group.tensors) for group in graph.output_group),
            custom=tuple(custom),
        )

    def _decoded(self, place: str, entry: Custom) -> bytes:
        try:
            return base64.b64decode(entry.base64, validate=True)
        except (binascii.Error, ValueError) as error:
            raise self._fault(f"{place}custom {entry.name}", f"base64: {error}", "give the bytes in base64") from error

    def _tensors(
        self, where: str, tables: Sequence[Any], subgraph: Subgraph, role: Literal["input", "output"]
    ) -> tuple[m.TensorMetadata, ...]:
        """In the subgraph's order; with `tensor` keys those left out are empty."""
        given = [self._convert(f"{where} {number}", table, Tensor) for number, table in enumerate(tables)]
        made = [
            self._tensor(f"{where} {number}", table, tensor)
            for number, (table, tensor) in enumerate(zip(tables, given, strict=True))
        ]
        chosen = [tensor.tensor for tensor in given if tensor.tensor is not None]
        if not chosen:
            return tuple(made)
        if len(chosen) != len(given):
            raise self._fault(where, "some entries have the key tensor, some not", "give it to all or to none")
        names = port_names(self._model, subgraph, role)
        found: dict[int, m.TensorMetadata] = {}
        for wanted, entry in zip(chosen, made, strict=True):
            place = next((n for n, known in enumerate(names) if wanted in (n, str(n)) or wanted in known), None)
            if place is None or place in found:
                what = "no such tensor" if place is None else "described twice"
                raise self._fault(
                    where, f"tensor = {wanted!r}: {what}", f"{role}s: {', '.join(repr(known[0]) for known in names)}"
                )
            found[place] = entry
        return tuple(found.get(number, m.TensorMetadata()) for number in range(len(names)))

    def _tensor(self, where: str, table: Mapping[str, Any], tensor: Tensor) -> m.TensorMetadata:
        units: list[m.ProcessUnit] = []
        files: list[m.AssociatedFile] = []
        normal = m.ProcessUnit(m.Normalization(self._floats(where, tensor.mean), self._floats(where, tensor.std)))
        for key in table:  # in the order they are written
            if key in ("mean", "std") and normal not in units:
                units.append(normal)
            elif key == "threshold" and tensor.threshold is not None:
                units.append(m.ProcessUnit(m.ScoreThreshold(self._float(where, tensor.threshold))))
            elif key == "calibration" and (given := tensor.calibration) is not None:
                units.append(m.ProcessUnit(m.ScoreCalibration(given.transform, self._float(where, given.default))))
                files += self._files(given.file or (), where, "score-calibration")
            elif key == "tokenizer" and (chosen := tensor.tokenizer) is not None:
                unit = Unit(chosen.kind, vocabulary=chosen.vocabulary, model=chosen.model, pattern=chosen.pattern)
                units.append(self._unit(where, unit))
            elif key == "unit":
                units += [self._unit(where, unit) for unit in tensor.unit]
            elif key == "labels":
                files += self._files(tensor.labels, where, "axis-labels")
            elif key == "value_labels":
                files += self._files(tensor.value_labels, where, "value-labels")
            elif key == "file":
                files += self._files(tensor.file, where)
        stats = m.Stats(self._floats(where, tensor.max), self._floats(where, tensor.min))
        return m.TensorMetadata(
            name=tensor.name,
            description=tensor.description,
            dimensions=tensor.dimensions,
            content=self._content(where, table, tensor),
            units=tuple(units),
            stats=stats if "min" in table or "max" in table else None,
            files=tuple(files),
        )

    def _content(self, where: str, table: Mapping[str, Any], tensor: Tensor) -> m.Content | None:
        for kind, own in KIND_KEYS.items():
            if strange := [key for key in own if key in table and tensor.kind != kind]:
                raise self._fault(where, f"{strange[0]} goes with kind = {kind!r}", f"put kind = {kind!r}")
        properties: m.Feature | m.Image | m.BoundingBox | m.Audio | None = None
        match tensor.kind:
            case "feature":
                properties = m.Feature()
            case "image":
                properties = m.Image(tensor.colour, m.ImageSize(*tensor.size) if tensor.size else None)
            case "boxes":
                properties = m.BoundingBox(tensor.order, tensor.box, tensor.coordinates)
            case "audio":
                properties = m.Audio(tensor.sample_rate, tensor.channels)
        span = m.ValueRange(*tensor.range) if tensor.range else None
        return m.Content(properties, span) if tensor.kind is not None or span is not None else None

    def _unit(self, where: str, unit: Unit) -> m.ProcessUnit:
        vocabulary = self._files(unit.vocabulary, where, "vocabulary")
        options: m.Options | None = None
        match unit.kind:
            case "normalization":
                options = m.Normalization(self._floats(where, unit.mean), self._floats(where, unit.std))
            case "calibration":
                options = m.ScoreCalibration(unit.transform, self._float(where, unit.default))
            case "threshold":
                options = m.ScoreThreshold(self._float(where, unit.threshold))
            case "bert":
                options = m.BertTokenizer(vocabulary)
            case "sentencepiece":
                options = m.SentencePieceTokenizer(self._files(unit.model, where), vocabulary)
            case "regex":
                options = m.RegexTokenizer(unit.pattern, vocabulary)
            case "none":
                options = None
        return m.ProcessUnit(options)

    def _files(self, given: Files, where: str, kind: str = "unknown") -> tuple[m.AssociatedFile, ...]:
        """`kind` is the type the key means; an entry may still say its own."""
        made = []
        for entry in given if isinstance(given, tuple) else (given,):
            file = File(entry) if isinstance(entry, str) else entry
            name = PurePosixPath(file.file.replace("\\", "/")).name
            if fault := name_fault(name):
                raise self._fault(where, f"the file name {file.file!r} {fault}", "give it a plain name")
            if self._paths.setdefault(name, file.file) != file.file:
                raise self._fault(
                    where,
                    f"{file.file} and {self._paths[name]} are two files of one name",
                    "rename one: a model holds its files side by side",
                )
            made.append(m.AssociatedFile(name, file.description, file.type or kind, file.locale, file.version))
        return tuple(made)

    def _float(self, where: str, value: float) -> float:
        try:
            single = m.single(value)
        except OverflowError:
            single = math.inf
        if not math.isfinite(single):
            raise self._fault(where, f"{value} is no finite 32-bit number", "correct it there")
        return single

    def _floats(self, where: str, values: Numbers) -> tuple[float, ...]:
        return tuple(self._float(where, value) for value in (values if isinstance(values, tuple) else (values,)))

    def _known(self, where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        if unknown := [key for key in table if key not in known]:
            raise self._fault(
                where or "the top level",
                f"unknown {'keys' if len(unknown) > 1 else 'key'} {', '.join(map(repr, unknown))}",
                f"known there: {', '.join(known)}",
            )

    def _check_nested(self, where: str, table: Mapping[str, Any]) -> None:
        for key, value in table.items():
            if (kind := NESTED.get(key)) is None:
                continue
            for entry in value if isinstance(value, list) else (value,):
                if not isinstance(entry, dict):
                    continue
                place, known = f"{where} {key}".strip(), keys(kind)
                if "pattern" in known and entry.get("kind") in UNIT_KEYS:
                    place, known = f"{place} of kind {entry['kind']}", ("kind", *UNIT_KEYS[entry["kind"]])
                self._known(place, entry, known)
                self._check_nested(place, entry)

    def _convert(self, where: str, table: object, kind: type[T]) -> T:
        if not isinstance(table, dict):
            raise self._fault(where, "is not a table", f"write it as [[{where.partition(' ')[0]}]]")
        self._known(where, table, keys(kind))
        self._check_nested(where, table)
        try:
            return msgspec.convert(table, kind)
        except msgspec.ValidationError as error:
            raise self._fault(where, str(error), "correct it there") from error

    def _fault(self, where: str, what: str, hint: str) -> UsageError:
        return UsageError(f"{self._path}: {where + ': ' if where else ''}{what}", hint)
