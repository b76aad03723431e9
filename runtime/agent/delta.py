"""What an upload has in common with the release that is active: its blocks, told by hashes, and copies out of it.

The host finds the blocks in what it is to bring and sends a recipe; what comes of it is an upload like any other,
verified as a whole when it is committed. A recipe is only ever appended to the upload, and cannot make it larger than
what was announced.
"""

from __future__ import annotations

import os
from typing import Any, BinaryIO, Callable, Dict

from edgeflow.wire.constants import Command, Status
from edgeflow.wire.delta import HASH_BYTES, block_size, hash_of, read_recipe

from .channel import PAYLOAD_BYTES
from .refusal import Refusal
from .upload import Uploads

_PIECE_BYTES = 1 << 20
_MOST_HASHES = (PAYLOAD_BYTES - 64) // HASH_BYTES  # in a reply


class Delta:
    """Blocks of a slot's active release, and copies of them, for the upload that is under way."""

    def __init__(self, uploads: Uploads, beat: Callable[[], None]) -> None:
        self._uploads, self._beat = uploads, beat
        self.handlers: Dict[int, Callable[..., Dict[str, Any]]] = {
            Command.MODEL_BLOCKS: self._blocks,
            Command.MODEL_PATCH: self._patch,
        }

    def _blocks(self, first: int, count: int) -> Dict[str, Any]:
        path = self._uploads.before()
        size = os.path.getsize(path)
        block_bytes = block_size(size)
        found = bytearray()
        with _opened(path) as file:
            file.seek(first * block_bytes)
            for _ in range(min(count, max(0, size // block_bytes - first), _MOST_HASHES)):
                found += hash_of(file.read(block_bytes))
                self._beat()
        return {"size": size, "block_bytes": block_bytes, "hashes": bytes(found)}

    def _patch(self, offset: int, recipe: bytes) -> Dict[str, Any]:
        before = self._uploads.before()
        try:
            entries = read_recipe(recipe, os.path.getsize(before))
        except ValueError as error:
            raise Refusal(Status.BAD_REQUEST, str(error)) from None
        end = offset + sum(entry.length for entry in entries)
        with self._uploads.growing(offset, end) as new, _opened(before) as old:
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
        return {"offset": end}


def _opened(path: str) -> BinaryIO:
    return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
