"""A built firmware or runner and its sizes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolchainError

_ALLOC, _WRITE = 2, 1
_NOBITS = 8


@dataclass(frozen=True)
class Image:
    """An ELF file. Sizes in bytes: `text` is code and constants, `data` initialized and `bss` zeroed variables."""

    path: Path
    text_bytes: int
    data_bytes: int
    bss_bytes: int
    toolchain: str
    flags: str

    @property
    def flash_bytes(self) -> int:
        """What it takes of flash: code, constants and the variables' initial values."""
        return self.text_bytes + self.data_bytes


def elf_sizes(content: bytes) -> tuple[int, int, int]:
    """(text, data, bss) of an ELF file in bytes, counted as `size` counts. Raises ToolchainError on anything else."""
    try:
        return _sizes(content)
    except (struct.error, IndexError):
        raise ToolchainError("the linker's output is no ELF file", "build again") from None


def _sizes(content: bytes) -> tuple[int, int, int]:
    if content[:4] != b"\x7fELF" or content[5] != 1:
        raise IndexError
    wide = content[4] == 2
    (table,) = struct.unpack_from("<Q" if wide else "<I", content, 40 if wide else 32)
    entry_bytes, count = struct.unpack_from("<HH", content, 58 if wide else 46)
    text = data = bss = 0
    for number in range(count):
        at = table + number * entry_bytes
        (kind,) = struct.unpack_from("<I", content, at + 4)
        (flags,) = struct.unpack_from("<Q" if wide else "<I", content, at + 8)
        (size,) = struct.unpack_from("<Q" if wide else "<I", content, at + (32 if wide else 20))
        if not flags & _ALLOC:
            continue
        if kind == _NOBITS:
            bss += size
        elif flags & _WRITE:
            data += size
        else:
            text += size
    return text, data, bss
