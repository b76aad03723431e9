"""The verbs `metadata show`, `metadata write` and `metadata extract`: what a model says about itself."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edgeflow.convert.record import record_path, write_together
from edgeflow.errors import EdgeflowError, ModelError, UsageError
from edgeflow.generate.project import check_entries
from edgeflow.model.archive import MAX_TOTAL_BYTES, file_sizes, read_files
from edgeflow.model.metadata import ModelMetadata, recorded_files
from edgeflow.model.metadata_check import extras_remarks, remarks
from edgeflow.model.metadata_extras import Extras, read_extras
from edgeflow.model.metadata_read import read_metadata
from edgeflow.model.metadata_toml_read import load_metadata_file
from edgeflow.model.metadata_toml_write import metadata_toml
from edgeflow.model.metadata_write import write_metadata
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model

_TOML = "metadata.toml"
_HINT = "a metadata file says what the inputs and outputs mean; docs/metadata.md shows some"


@dataclass(frozen=True)
class Metadata:
    """What a model says about itself. `metadata` is None where it says nothing.

    `files` are (name, unpacked bytes) of what travels behind it, `missing` the files it names but does not hold,
    `extras` what edgeflow itself stored, by subgraph; `remarks` what does not go together.
    """

    model: Model
    metadata: ModelMetadata | None
    files: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    extras: tuple[Extras | None, ...]
    remarks: tuple[str, ...] = ()


def metadata_show(model: Model | Path | str) -> Metadata:
    """Read a model's metadata. Raises ModelError when model or metadata are damaged."""
    read = model if isinstance(model, Model) else load_model(model)
    return _described(read, None)


def metadata_write(
    model: Model | Path | str,
    metadata: ModelMetadata | Path | str,
    *,
    associate: Iterable[Path | str] | Mapping[str, bytes] = (),
    output: Path | str | None = None,
) -> Metadata:
    """Write metadata and associated files into a model, in the place of any it had; the rest stays byte for byte.

    `metadata` is a metadata file, or the value itself. `associate` are paths of associated files, or their contents by
    name; those a metadata file names are looked for there first, then beside it. `output` is by default the model's
    own file. Raises UsageError and ModelError; nothing is written then.
    """
    read = model if isinstance(model, Model) else load_model(model)
    path = Path(output) if output is not None else read.path
    if path.is_dir():
        path = path / read.path.name
    content, files = with_metadata(read, metadata, associate)
    place = path.resolve()  # a link stays a link
    try:
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
        write_together({place: content})
        if mode is not None:
            place.chmod(mode)
    except OSError as error:
        raise ModelError(f"{path}: cannot be written: {error.strerror or error}", "choose another -o") from error
    return _described(read_model(content, path), files, _stale(path, content))


def with_metadata(
    model: Model, metadata: ModelMetadata | Path | str, associate: Iterable[Path | str] | Mapping[str, bytes] = ()
) -> tuple[bytes, Mapping[str, bytes]]:
    """The bytes of `model` with metadata, and the files that went in; arguments as `metadata_write` takes them."""
    given = dict(associate) if isinstance(associate, Mapping) else _associated(associate)
    if isinstance(metadata, ModelMetadata):
        for subgraph in metadata.subgraphs:
            read_extras(subgraph)
        return write_metadata(model, metadata, given), given
    source = Path(metadata)
    described = load_metadata_file(source, model)
    for subgraph in described.metadata.subgraphs:
        if (extras := read_extras(subgraph)) is not None:
            check_entries(extras.pre, extras.post, source)
    files = {
        name: given[name] if name in given else _content(source.parent / written, f"{source} names it")
        for name, written in described.paths.items()
    }
    return write_metadata(model, described.metadata, files | given), files | given


def described_content(
    content: bytes, path: Path, metadata: Path | str, associate: Iterable[Path | str] = ()
) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of a model that is not written yet, with metadata, and what does not go together; `path` names it."""
    made, files = with_metadata(read_model(content, path), metadata, associate)
    return made, _described(read_model(made, path), files).remarks


def metadata_extract(model: Model | Path | str, output: Path | str) -> tuple[Path, ...]:
    """Write a model's metadata as a metadata file, and its associated files, into a folder; gives their paths.

    `metadata_write` of these gives the same metadata. Files that are there already are not overwritten: UsageError.
    Raises ModelError where the model has no metadata or it is damaged.
    """
    read = model if isinstance(model, Model) else load_model(model)
    metadata = read_metadata(read)
    if metadata is None:
        raise ModelError(f"{read.path} has no metadata", _HINT)
    folder = Path(output)
    files = read_files(read.content, read.path)
    taken = {name.casefold() for name in files}
    toml = next(name for name in (_TOML, *(f"metadata_{n}.toml" for n in range(2, 10**6))) if name not in taken)
    contents = {folder / toml: metadata_toml(metadata).encode(), **{folder / name: files[name] for name in files}}
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder", "give a folder with -o")
    if blocked := [path.name for path in contents if path.exists()]:
        raise UsageError(f"{folder} already has {', '.join(blocked)}", "give another folder with -o, or move them away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_together(contents)
    except OSError as error:
        raise EdgeflowError(
            f"{folder}: cannot be written: {error.strerror or error}", "give another folder with -o"
        ) from error
    return tuple(contents)


def _described(model: Model, files: Mapping[str, bytes] | None, notes: tuple[str, ...] = ()) -> Metadata:
    metadata = read_metadata(model)
    sizes = file_sizes(model.content)
    if metadata is None:
        return Metadata(model, None, sizes, (), (), notes)
    held = {name for name, _ in sizes}
    try:
        known = read_files(model.content, model.path) if files is None else files
    except ModelError as error:  # what it says about itself can be shown all the same
        known, notes = {}, (*notes, error.message)
    extras: list[Extras | None] = []
    for number, subgraph in enumerate(metadata.subgraphs):
        try:
            found = read_extras(subgraph)
        except ModelError as error:
            found, notes = None, (*notes, error.message)
        if found is not None and number < len(model.subgraphs):
            notes = (*notes, *extras_remarks(model, metadata, number, found))
        extras.append(found)
    return Metadata(
        model,
        metadata,
        sizes,
        tuple(name for name in recorded_files(metadata) if name not in held),
        tuple(extras),
        (*remarks(model, metadata, known), *notes),
    )


def _associated(paths: Iterable[Path | str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for given in paths:
        path = Path(given)
        if path.name in found:
            raise UsageError(f"two associated files are named {path.name}", "a model holds its files side by side")
        found[path.name] = _content(path, "given as an associated file")
    return found


def _content(path: Path, why: str) -> bytes:
    try:
        if path.stat().st_size > MAX_TOTAL_BYTES:
            raise UsageError(f"{path} is larger than {MAX_TOTAL_BYTES} bytes", "too large to travel behind a model")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(
            f"{path}: {reason} ({why})", "lay it beside the metadata file, or give it with --associate"
        ) from error


def _stale(path: Path, content: bytes) -> tuple[str, ...]:
    """A conversion record beside the model speaks of the model by its digest."""
    record = record_path(path)
    try:
        told = json.loads(record.read_bytes())["model"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()
    if told == hashlib.sha256(content).hexdigest():
        return ()
    return (f"{os.fspath(record.name)} describes the model without this metadata",)
