"""What a source on disk is, told from its content and without TensorFlow."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeflow.convert.types import Source
from edgeflow.errors import ConversionError, ModelError, UsageError

KINDS = "a Keras file (.keras, .h5) or a SavedModel folder"
_CONFIG_LIMIT = 64 * 1024 * 1024  # bytes; a longer description is no model's


def open_source(
    path: str | os.PathLike[str],
    *,
    signature: str | None = None,
    tags: tuple[str, ...] = (),
    keep_batch: bool = False,
    unsafe_lambda: bool = False,
) -> Source:
    """Recognise and hash a source.

    Raises ModelError where it is missing, damaged or something else, ConversionError for a Lambda layer that is not
    allowed, UsageError for a signature or tags where there are none to choose from.
    """
    where = Path(path)
    if not where.exists():
        raise ModelError(f"{where}: no such file or folder", f"give {KINDS}")
    try:
        kind = _folder_kind(where) if where.is_dir() else _file_kind(where)
        sha256, size = _digest(where)
    except OSError as error:
        raise ModelError(f"{where}: cannot be read: {error.strerror or error}", "check the permissions") from None
    if kind == "keras" and not unsafe_lambda and _names_lambda(_archived_json(where, "config.json")):
        raise refuse_lambda(str(where))
    if (signature or tags) and kind != "saved-model":
        raise UsageError(f"{where}: only a SavedModel has signatures and tags to choose from", "leave them out")
    name = where.resolve().name if where.is_dir() else where.stem
    return Source(
        str(path), name or "model", kind, where.absolute(), sha256, size, signature, tags, keep_batch, unsafe_lambda
    )


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
        metadata = _archived_json(where, "metadata.json")
        if not isinstance(metadata, dict) or "keras_version" not in metadata:
            raise ModelError(f"{where}: a zip archive, but not a Keras model", f"give {KINDS}")
        return "keras"
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        return "h5"
    if head[4:8] == b"TFL3":
        raise ModelError(f"{where}: already a .tflite", f"look at it with: edgeflow inspect {where}")
    if where.name in ("saved_model.pb", "saved_model.pbtxt"):
        raise ModelError(f"{where}: one file of a SavedModel", f"give its folder: {where.parent}")
    raise ModelError(f"{where}: not a source that edgeflow can convert", f"give {KINDS}")


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
