"""What a source on disk is, told from its content and without TensorFlow."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from edgeflow.convert.types import Reading, Source
from edgeflow.errors import ConversionError, ModelError, UsageError

KINDS = "a Keras file (.keras, .h5), a SavedModel folder, a frozen graph (.pb) or a .tflite"
KIND_NAMES = ("keras", "h5", "saved-model", "frozen-graph", "tflite", "jax")
_CONFIG_LIMIT = 64 * 1024 * 1024  # bytes; a longer description is no model's


def open_source(path: str | os.PathLike[str], reading: Reading | None = None, *, unsafe_lambda: bool = False) -> Source:
    """Recognise and hash a source; `unsafe_lambda` alone stands for a `Reading` that allows it.

    Raises ModelError where it is missing, damaged or something else, ConversionError for a Lambda layer that is not
    allowed, UsageError for what makes no sense with a source of its kind.
    """
    how = reading or Reading(unsafe_lambda=unsafe_lambda)
    where = Path(path)
    if not where.exists():
        raise ModelError(f"{where}: no such file or folder", f"give {KINDS}")
    try:
        kind = how.kind or (_folder_kind(where) if where.is_dir() else _file_kind(where))
        sha256, size = _digest(where)
    except OSError as error:
        raise ModelError(f"{where}: cannot be read: {error.strerror or error}", "check the permissions") from None
    if kind != "saved-model" and where.is_dir():
        raise UsageError(f"{where}: a folder is no {kind}", "name the file")
    if kind == "saved-model" and not where.is_dir():
        raise UsageError(f"{where}: a file is no saved-model", "name the folder")
    if kind == "keras" and not how.unsafe_lambda and _names_lambda(_archived_json(where, "config.json")):
        raise refuse_lambda(str(where))
    _require_sense(str(where), kind, how)
    name = where.resolve().name if where.is_dir() else where.stem
    settings = {field.name: getattr(how, field.name) for field in fields(how) if field.name != "kind"}
    return Source(str(path), name or "model", kind, where.absolute(), sha256, size, **settings)


def refuse_lambda(where: str) -> ConversionError:
    """The error for a model that brings its own Python code."""
    return ConversionError(
        f"{where}: holds a Lambda layer, which runs Python code from the file",
        "if you trust where the file comes from, pass --unsafe-lambda",
    )


def keras_major(path: Path) -> int | None:
    """The major version of the Keras that wrote a `.keras` file, None where it does not say."""
    major = str(_archived_json(path, "metadata.json")["keras_version"]).split(".")[0]
    return int(major) if major.isdigit() else None


def text_names_lambda(text: str) -> bool:
    """Whether a model description in JSON names a Lambda layer; one that cannot be read counts as if it did."""
    try:
        return _names_lambda(json.loads(text))
    except (ValueError, RecursionError):
        return True


def _require_sense(where: str, kind: str, how: Reading) -> None:
    if kind not in KIND_NAMES:
        raise UsageError(f"unknown kind of source {kind!r}", f"choose one of {', '.join(KIND_NAMES)}")
    if (how.signature or how.tags) and kind != "saved-model":
        raise UsageError(f"{where}: only a SavedModel has signatures and tags to choose from", "leave them out")
    if (how.input_arrays or how.output_arrays) and kind != "frozen-graph":
        raise UsageError(f"{where}: only a frozen graph has input and output arrays to choose", "leave them out")
    if how.input_shapes and kind in ("tflite", "jax"):
        raise UsageError(f"{where}: the input shapes of a {kind} source are fixed", "leave them out")
    if how.imports and kind not in ("keras", "h5", "saved-model"):
        raise UsageError(f"{where}: a {kind} source has no layers of your own to import", "leave --import out")
    if how.unroll_rnn and kind not in ("keras", "h5"):
        raise UsageError(f"{where}: only a Keras file's recurrent layers can be unrolled", "build it with unroll=True")
    for name, shape in how.input_shapes:
        if any(n < 1 for n in shape):
            raise UsageError(f"input {name}: {list(shape)} is no fixed shape", "give sizes of one or more")


def _folder_kind(where: Path) -> str:
    for name in ("saved_model.pb", "saved_model.pbtxt"):
        marker = where / name
        if marker.is_file():
            if not marker.stat().st_size:
                raise ModelError(f"{marker}: empty file", "export the model again")
            return "saved-model"
    raise ModelError(f"{where}: a folder without saved_model.pb", f"give {KINDS}")


def _file_kind(where: Path) -> str:
    with where.open("rb") as file:
        head = file.read(16)
    if not head:
        raise ModelError(f"{where}: empty file", f"give {KINDS}")
    if head[:4] == b"PK\x03\x04":
        if _is_jax(where):
            return "jax"
        metadata = _archived_json(where, "metadata.json")
        if not isinstance(metadata, dict) or "keras_version" not in metadata:
            raise ModelError(f"{where}: a zip archive, but not a Keras model", f"give {KINDS}")
        return "keras"
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        return "h5"
    if head[4:8] == b"TFL3":
        return "tflite"
    if where.name in ("saved_model.pb", "saved_model.pbtxt"):
        raise ModelError(f"{where}: one file of a SavedModel", f"give its folder: {where.parent}")
    if _is_graph(where):
        return "frozen-graph"
    raise ModelError(f"{where}: not a source that edgeflow can convert", f"give {KINDS}")


def _is_graph(where: Path) -> bool:
    """Whether a file begins as a GraphDef does: a node (field 1) with its name (1) and operator (2)."""
    with where.open("rb") as file:
        head = file.read(4096)
    try:
        tag, size, at = head[0], *_varint(head, 1)
        name_tag, name_bytes, name_at = head[at], *_varint(head, at + 1)
        return (tag, name_tag, head[name_at + name_bytes]) == (0x0A, 0x0A, 0x12) and size <= where.stat().st_size
    except IndexError:
        return False


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def _archived_json(where: Path, member: str) -> Any:
    again = "copy or save the file again"
    try:
        with zipfile.ZipFile(where) as archive:
            info = archive.getinfo(member)
            if info.file_size > _CONFIG_LIMIT:
                raise ModelError(f"{where}: its {member} is too large to be a model's", again)
            return json.loads(archive.read(info))
    except zipfile.BadZipFile:
        raise ModelError(f"{where}: a truncated or damaged archive", again) from None
    except KeyError:
        raise ModelError(f"{where}: a zip archive, but not a Keras model (no {member})", f"give {KINDS}") from None
    except (ValueError, RecursionError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        raise ModelError(f"{where}: its {member} is damaged", again) from None


def _is_jax(where: Path) -> bool:
    try:
        with zipfile.ZipFile(where) as archive:
            return "exported.json" in archive.namelist()
    except zipfile.BadZipFile:
        return False


def _names_lambda(description: Any) -> bool:
    waiting = [description]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if item.get("class_name") in ("Lambda", "__lambda__"):
                return True
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def _files(where: Path) -> Iterator[Path]:
    if where.is_file():
        yield where
        return
    yield from sorted(path for path in where.rglob("*") if path.is_file())


def _digest(where: Path) -> tuple[str, int]:
    """SHA-256 and bytes; a folder's hash covers its files' relative names, sizes and contents."""
    total, size = hashlib.sha256(), 0
    for path in _files(where):
        if where.is_dir():
            total.update(f"{path.relative_to(where).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
                size += len(block)
    return total.hexdigest(), size
