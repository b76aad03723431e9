"""The associated files of a model: an ordinary ZIP behind its FlatBuffer, read with limits, written byte-stably."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from edgeflow.errors import ModelError

MAX_FILES: Final = 1000
MAX_TOTAL_BYTES: Final = 256 * 1024 * 1024  # unpacked, all files together
MAX_NAME: Final = 255
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_HINT: Final = "write its metadata again with edgeflow metadata write"
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # UnicodeDecodeError among them
    OverflowError,
    RuntimeError,  # an encrypted entry; NotImplementedError: an unknown method
)


def name_fault(name: str) -> str | None:
    """Why `name` is no plain file name that is safe in any folder, None if it is one."""
    if not name or name in (".", ".."):
        return "is empty" if not name else "is a folder"
    if any(mark in name for mark in "/\\:"):
        return "names a folder"
    if any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in name):
        return "holds control characters"
    if any(0xD800 <= ord(character) < 0xE000 for character in name) or len(name.encode()) > MAX_NAME:
        return f"is longer than {MAX_NAME} bytes or not Unicode"
    return None


def archive_start(content: bytes) -> int:
    """Where the ZIP behind the model begins; the content's length where there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            starts = [archive.start_dir, *(entry.header_offset for entry in archive.infolist())]
    except _BROKEN:
        return len(content)
    start = min(starts)
    return start if start >= 8 and content[start : start + 2] == b"PK" else len(content)


def file_sizes(content: bytes) -> tuple[tuple[str, int], ...]:
    """(name, unpacked bytes) of each file behind a model, as its directory claims; empty where there is no ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return tuple((entry.filename, entry.file_size) for entry in archive.infolist())
    except _BROKEN:
        return ()


def read_files(content: bytes, path: Path) -> dict[str, bytes]:
    """The files behind the model in `content`; `path` only names it. Empty where there is no ZIP.

    Raises ModelError on names that are more than a name, duplicates, damage, and more than `MAX_TOTAL_BYTES`.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN:
        return {}
    found: dict[str, bytes] = {}
    with archive:
        entries = archive.infolist()
        if len(entries) > MAX_FILES:
            raise ModelError(f"{path} has {len(entries)} associated files, at most {MAX_FILES} are read", _HINT)
        left = MAX_TOTAL_BYTES
        for entry in entries:
            if fault := name_fault(entry.filename):
                raise ModelError(f"{path} has an associated file whose name {entry.filename!r} {fault}", _HINT)
            if entry.filename in found:
                raise ModelError(f"{path} has the associated file {entry.filename} twice", _HINT)
            try:
                with archive.open(entry) as file:
                    data = file.read(left + 1)
            except _BROKEN as error:
                raise ModelError(f"{path}: its associated file {entry.filename} is damaged: {error}", _HINT) from error
            left -= len(data)
            if left < 0:
                raise ModelError(f"{path} unpacks to more than {MAX_TOTAL_BYTES} bytes of associated files", _HINT)
            found[entry.filename] = data
    return found


def with_files(model: bytes, files: Mapping[str, bytes]) -> bytes:
    """The bytes of a model without ZIP, followed by `files` uncompressed, in the order of their names.

    The same files give the same bytes. Raises ModelError on names that are more than a name and on too many files.
    """
    if not files:
        return model
    for name in files:
        if fault := name_fault(name):
            raise ModelError(f"the associated file {name!r} {fault}", "give it a plain name such as labels.txt")
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise ModelError(
            f"{len(files)} associated files of {sum(map(len, files.values()))} bytes",
            f"at most {MAX_FILES} files and {MAX_TOTAL_BYTES} bytes go behind a model",
        )
    whole = io.BytesIO()
    whole.write(model)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:  # begins where the model ends
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return whole.getvalue()
