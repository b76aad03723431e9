"""A library of custom operators that goes to a device with a model."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import UsageError

_MAX_BYTES = 256 << 20
_SHARED_OBJECT = 3  # ELF's ET_DYN
_HINT = "compile it for the device with gcc -shared -fPIC; see docs/custom-operators.md"


@dataclass(frozen=True)
class CustomOperators:
    """A shared library with kernels, for the device's processor."""

    path: Path
    sha256: str
    content: bytes


def read_custom_operators(path: Path | str) -> CustomOperators:
    """Read a shared library; raises UsageError on anything else, before a device is touched."""
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{path}: a library of custom operators is limited to 256 MiB", _HINT)
        content = path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such library of custom operators", _HINT) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", _HINT) from None
    if content[:4] != b"\x7fELF" or len(content) < 64:
        raise UsageError(f"{path}: not a shared library for Linux", _HINT)
    kind = struct.unpack_from("<H" if content[5] == 1 else ">H", content, 16)[0]
    if kind != _SHARED_OBJECT:
        raise UsageError(f"{path}: an ELF file, but not a shared library", _HINT)
    return CustomOperators(path, hashlib.sha256(content).hexdigest(), content)
