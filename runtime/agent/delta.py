"""What an upload has in common with the release that is active: its blocks, told by hashes, and copies out of it.

The host finds the blocks in what it is to bring and sends a recipe; what comes of it is an upload like any other,
verified as a whole when it is committed. A recipe is only ever appended to the upload, and cannot make it larger than
what was announced.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from typing import Any, BinaryIO, Callable, Dict, List, Tuple

from edgeflow.wire.constants import DELTA_HASH_BYTES, DELTA_STRONG_BYTES, UNKNOWN_BYTES, Command, Status

from .refusal import Refusal
from .upload import Uploads

_LEAST_BLOCK_BYTES = 1024
_MOST_BLOCKS = 8192
_PIECE_BYTES = 1 << 20
_ENTRY = struct.Struct("<II")
_Entry = Tuple[int, int, bytes]  # length, where in the release, the bytes themselves where they are not there


class Delta:
    """Blocks of a slot's active release, and copies of them, for the upload that is under way."""

    def __init__(self, uploads: Uploads, beat: Callable[[], None], reply_bytes: int) -> None:
        self._uploads, self._beat, self._reply_bytes = uploads, beat, reply_bytes
        self.handlers: Dict[int, Callable[..., Dict[str, Any]]] = {
            Command.MODEL_BLOCKS: self._blocks,
            Command.MODEL_PATCH: self._patch,
        }

    def _blocks(self, first: int, count: int) -> Dict[str, Any]:
        path = self._uploads.before()
        size = os.path.getsize(path)
        block_bytes = block_size(size)
        count = min(count, max(0, size // block_bytes - first), self._reply_bytes // DELTA_HASH_BYTES)
        found = bytearray()
        with _opened(path) as file:
            file.seek(first * block_bytes)
            for _ in range(count):
                found += hash_of(file.read(block_bytes))
                self._beat()
        return {"size": size, "block_bytes": block_bytes, "hashes": bytes(found)}

    def _patch(self, offset: int, recipe: bytes) -> Dict[str, Any]:
        before = self._uploads.before()
        end, entries = _read_recipe(recipe, os.path.getsize(before))
        part = self._uploads.growing(offset, end)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as new, _opened(before) as old:  # a descriptor: nothing is truncated
            new.seek(offset)
            for length, start, data in entries:
                if data:
                    new.write(data)
                    continue
                old.seek(start)
                while length:
                    piece = old.read(min(length, _PIECE_BYTES))
                    if not piece:
                        raise Refusal(Status.IO_ERROR, "the active release is shorter than it was")
                    new.write(piece)
                    length -= len(piece)
                    self._beat()
        self._uploads.grown(offset + end)
        return {"offset": offset + end}


def block_size(size: int) -> int:
    """Bytes of a block in a file of `size` bytes: a power of two."""
    found = _LEAST_BLOCK_BYTES
    while size // found > _MOST_BLOCKS:
        found *= 2
    return found


def hash_of(block: bytes) -> bytes:
    """A weak hash that can be moved along a file, then a strong one."""
    weak = zlib.adler32(block)
    return struct.pack("<I", weak) + hashlib.blake2b(block, digest_size=DELTA_STRONG_BYTES).digest()


def _read_recipe(recipe: bytes, size: int) -> Tuple[int, List[_Entry]]:
    """How many bytes a recipe makes, and its entries, all of them checked."""
    entries: List[_Entry] = []
    at = total = 0
    while at < len(recipe):
        if len(recipe) - at < _ENTRY.size:
            raise Refusal(Status.BAD_REQUEST, "the recipe ends within an entry")
        length, start = _ENTRY.unpack_from(recipe, at)
        at += _ENTRY.size
        data = b""
        if start == UNKNOWN_BYTES:
            data = recipe[at : at + length]
            at += length
        if not length or (len(data) != length if start == UNKNOWN_BYTES else start + length > size):
            raise Refusal(Status.BAD_REQUEST, "the recipe names bytes that are not there")
        entries.append((length, start, data))
        total += length
    return total, entries


def _opened(path: str) -> BinaryIO:
    return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
