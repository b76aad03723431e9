"""Reads TFLite metadata out of untrusted bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from edgeflow.errors import ModelError
from edgeflow.model.flatbuffer import Damage, Source, Table
from edgeflow.model.metadata import ENTRY, IDENTIFIER, SCHEMA_VERSION, ModelMetadata, Wire, wire
from edgeflow.model.read import read_model
from edgeflow.model.types import Model

MAX_BYTES: Final = 64 * 1024 * 1024  # larger files belong behind the model, not into its metadata


def read_metadata(model: Model | bytes) -> ModelMetadata | None:
    """The metadata of a `.tflite`, None where it has none.

    Raises ModelError when the model or its metadata is damaged, or the metadata newer than `SCHEMA_VERSION`.
    """
    if isinstance(model, bytes):
        model = read_model(model, Path("the model"))
    span = next((entry[1:] for entry in model.metadata_spans if entry[0] == ENTRY), None)
    if span is None:
        return None
    return parse_metadata(model.content[span[0] : span[0] + span[1]], model.path)


def parse_metadata(content: bytes, path: Path) -> ModelMetadata:
    """The metadata in the bytes of a `.tflitemeta`; `path` only names where they come from. Raises ModelError."""
    try:
        if content[4:8] != IDENTIFIER:
            raise Damage(f"its {ENTRY} entry lacks the M001 mark")
        if len(content) > MAX_BYTES:
            raise Damage(f"it has {len(content)} bytes, at most {MAX_BYTES} are read")
        found: ModelMetadata = _table(Source(content).root(), ModelMetadata)
    except Damage as damage:
        raise ModelError(
            f"the metadata of {path} is damaged: {damage}",
            "write it again with edgeflow metadata write; the model itself is another part of the file",
        ) from damage
    except _Newer as newer:
        raise ModelError(
            f"the metadata of {path} is newer than version {SCHEMA_VERSION}: {newer}",
            "read it with a newer edgeflow, or write it again with edgeflow metadata write",
        ) from newer
    return found


class _Newer(Exception):
    """Sound bytes with something this version of the schema has no word for; the text says what."""


def _table(table: Table, kind: type) -> Any:
    known = dict(wire(kind))
    last = max((w.id + (w.kind == "union") for w in known.values()), default=-1)
    if any(table.place(4 + 2 * number, 1) for number in range(last + 1, table.room)):
        raise _Newer(f"{table.what} has fields beyond number {last}")
    return kind(**{name: _value(table, field, name) for name, field in known.items()})


def _value(table: Table, field: Wire, name: str) -> Any:
    slot = 4 + 2 * field.id
    what = f"the {name.replace('_', ' ')} of {table.what}"
    match field.kind:
        case "text":
            return table.text(slot, what)
        case "texts":
            return table.texts(slot, what)
        case "number":
            return table.real(slot) if field.code == "f" else table.scalar(slot, field.code)
        case "numbers":
            return table.numbers(slot, field.code, what)
        case "word":
            number = table.scalar(slot, "b")
            if not 0 <= number < len(field.words):
                raise _Newer(f"{what} is number {number}")
            return field.words[number]
        case "bytes":
            return table.blob(slot, what)
        case "table":
            held = table.table(slot, what)
            return None if held is None else _table(held, field.tables[0])
        case "tables":
            return tuple(_table(entry, field.tables[0]) for entry in table.tables(slot, what))
        case "union":
            number = table.scalar(slot, "B")
            held = table.table(slot + 2, what)
            if number == 0 or held is None:
                return None
            if number > len(field.tables):
                raise _Newer(f"{what} is of kind {number}")
            return _table(held, field.tables[number - 1])
