"""Writes TFLite metadata into a `.tflite`: the entry, the files behind it, the version a reader needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import flatbuffers
from flatbuffers import number_types

from edgeflow.errors import ModelError, UsageError
from edgeflow.model.archive import archive_start, with_files
from edgeflow.model.metadata import (
    ENTRY,
    IDENTIFIER,
    AssociatedFile,
    Audio,
    BertTokenizer,
    ModelMetadata,
    RegexTokenizer,
    SentencePieceTokenizer,
    SubGraphMetadata,
    Wire,
    recorded_files,
    walk,
    wire,
)
from edgeflow.model.read import read_model
from edgeflow.model.splice import with_entry
from edgeflow.model.types import Model

_BASE: Final = (1, 0, 0)
# what a reader must know, by the version of the schema that brought it
_SINCE: Final[tuple[tuple[tuple[int, int, int], Callable[[object], bool]], ...]] = (
    ((1, 0, 1), lambda t: isinstance(t, AssociatedFile) and t.type == "vocabulary"),
    ((1, 1, 0), lambda t: isinstance(t, SubGraphMetadata) and bool(t.input_units or t.output_units)),
    ((1, 1, 0), lambda t: isinstance(t, BertTokenizer | SentencePieceTokenizer)),
    ((1, 2, 0), lambda t: isinstance(t, SubGraphMetadata) and bool(t.input_groups or t.output_groups)),
    ((1, 2, 1), lambda t: isinstance(t, RegexTokenizer)),
    ((1, 3, 0), lambda t: isinstance(t, Audio)),
    ((1, 4, 0), lambda t: isinstance(t, AssociatedFile) and t.type == "scann-index"),
    ((1, 4, 1), lambda t: isinstance(t, AssociatedFile) and bool(t.version)),
    ((1, 5, 0), lambda t: isinstance(t, SubGraphMetadata) and bool(t.custom)),
)


def min_parser_version(metadata: ModelMetadata) -> str:
    """The oldest version of the schema whose readers know everything `metadata` uses."""
    tables = tuple(walk(metadata))
    needed = max((version for version, used in _SINCE if any(map(used, tables))), default=_BASE)
    return ".".join(map(str, needed))


def write_metadata(model: Model | bytes, metadata: ModelMetadata, files: Mapping[str, bytes] | None = None) -> bytes:
    """A `.tflite` with this metadata and these associated files, by name; both replace what was there before.

    Everything else of the model stays as it is, byte for byte. Raises UsageError where metadata, files and model do
    not go together, ModelError where the model is damaged.
    """
    if isinstance(model, bytes):
        model = read_model(model, Path("the model"))
    given = files or {}
    _check(model, metadata, given)
    stamped = replace(metadata, min_parser_version=min_parser_version(metadata))
    body = model.content[: archive_start(model.content)]
    made = with_entry(body, model.path, ENTRY, pack_metadata(stamped))
    written = with_files(made, given)
    _unharmed(model, read_model(written, model.path))
    return written


def _check(model: Model, metadata: ModelMetadata, files: Mapping[str, bytes]) -> None:
    if len(metadata.subgraphs) > len(model.subgraphs):
        raise UsageError(
            f"metadata for {len(metadata.subgraphs)} subgraphs, {model.path} has {len(model.subgraphs)}",
            "leave out those it does not have",
        )
    for subgraph, described in zip(model.subgraphs, metadata.subgraphs, strict=False):
        for role, have, want in (
            ("input", len(described.inputs), len(subgraph.inputs)),
            ("output", len(described.outputs), len(subgraph.outputs)),
        ):
            if have not in (0, want):
                raise UsageError(
                    f"metadata for {have} {role}s, subgraph {subgraph.index} of {model.path} has {want}",
                    f"describe every {role}, in the order edgeflow inspect shows them; an empty [[{role}]] will do",
                )
    if missing := sorted(set(recorded_files(metadata)) - set(files)):
        raise UsageError(
            f"the metadata names {', '.join(missing)}, which is not among the files given",
            "give each with --associate, or lay it beside the metadata file",
        )


def _unharmed(before: Model, after: Model) -> None:
    """A damaged or hostile file may break when a part of it is replaced; better no result than that."""
    if _essence(before) != _essence(after) or len(_distances(before, after)) > 1:
        raise ModelError(
            f"{before.path}: its metadata cannot be replaced without harm to the model",
            "make the model again with edgeflow convert",
        )


def _distances(before: Model, after: Model) -> set[int]:
    """By how many bytes constants have moved; splicing moves all by the same and changes none."""
    pairs = zip(before.subgraphs, after.subgraphs, strict=True)
    return {
        new.data_offset - old.data_offset
        for one, other in pairs
        for old, new in zip(one.tensors, other.tensors, strict=True)
        if old.is_constant
    }


def _essence(model: Model) -> tuple[Any, ...]:
    """What must stay: everything but the places in the file."""
    subgraphs = tuple(
        replace(
            subgraph,
            tensors=tuple(replace(tensor, data_offset=0) for tensor in subgraph.tensors),
            operators=tuple(
                replace(operator, options_position=0, custom_options=(0, operator.custom_options[1]))
                for operator in subgraph.operators
            ),
        )
        for subgraph in model.subgraphs
    )
    others = tuple(name for name in model.metadata_names if name != ENTRY)
    return model.description, subgraphs, model.signatures, others


def pack_metadata(metadata: ModelMetadata) -> bytes:
    """The bytes of a `.tflitemeta`; equal values give equal bytes. Raises UsageError on values no field can hold."""
    builder = flatbuffers.Builder(1024)
    try:
        builder.Finish(_table(builder, metadata), file_identifier=IDENTIFIER)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"the metadata cannot be stored: {error}", "look at its words and at the size of its numbers"
        ) from error
    return bytes(builder.Output())


def _table(builder: Any, value: object) -> int:
    """Children first, then the table itself, as FlatBuffers are built."""
    known = dict(wire(type(value)))
    held = {name: _child(builder, field, getattr(value, name)) for name, field in known.items()}
    builder.StartObject(sum(1 + (field.kind == "union") for field in known.values()))
    for name, field in known.items():
        content, child = getattr(value, name), held[name]
        match field.kind:
            case "number":
                if field.code == "f":
                    builder.PrependFloat32Slot(field.id, content, 0.0)
                elif field.code == "I":
                    builder.PrependUint32Slot(field.id, content, 0)
                else:
                    builder.PrependInt32Slot(field.id, content, 0)
            case "word":
                builder.PrependInt8Slot(field.id, field.words.index(content), 0)
            case "union":
                builder.PrependUint8Slot(field.id, field.tables.index(type(content)) + 1 if child else 0, 0)
                builder.PrependUOffsetTRelativeSlot(field.id + 1, child, 0)
            case _:
                builder.PrependUOffsetTRelativeSlot(field.id, child, 0)
    end: int = builder.EndObject()
    return end


_NUMBERS: Final = {"f": number_types.Float32Flags, "I": number_types.Uint32Flags, "i": number_types.Int32Flags}


def _child(builder: Any, field: Wire, content: Any) -> int:
    """The offset of what a field refers to, 0 where it is absent or stands in the table itself."""
    match field.kind:
        case "text":
            return builder.CreateString(content) if content else 0
        case "texts":
            return _offsets(builder, [builder.CreateString(text) for text in content])
        case "table" | "union":
            return _table(builder, content) if content is not None else 0
        case "tables":
            return _offsets(builder, [_table(builder, entry) for entry in content])
        case "numbers":
            if not content:
                return 0
            flags = _NUMBERS[field.code]
            builder.StartVector(flags.bytewidth, len(content), flags.bytewidth)
            for number in reversed(content):
                builder.Prepend(flags, number)
            return int(builder.EndVector())
        case "bytes":
            if not content:
                return 0
            builder.StartVector(1, len(content), field.align)
            builder.head = builder.head - len(content)
            builder.Bytes[builder.Head() : builder.Head() + len(content)] = content
            return int(builder.EndVector())
        case "number" | "word":
            return 0


def _offsets(builder: Any, offsets: list[int]) -> int:
    if not offsets:
        return 0
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())
