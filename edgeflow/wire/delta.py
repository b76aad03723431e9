"""Blocks of a release told by hashes, and recipes that make an upload of them. Standard library only, Python 3.9.

A recipe is a row of entries: u32 length, u32 place in the release, or UNKNOWN_BYTES and then the bytes themselves.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import List, NamedTuple, Tuple

from .constants import UNKNOWN_BYTES

HASH_BYTES = 12  # Adler-32, then 8 bytes of BLAKE2b; the upload as a whole is verified by its SHA-256
_STRONG_BYTES = 8
_LEAST_BLOCK_BYTES = 1024
_MOST_BLOCKS = 8192
_ENTRY = struct.Struct("<II")


class Entry(NamedTuple):
    """`length` bytes from `start` of the release; `data` where they are not there, `start` then UNKNOWN_BYTES."""

    length: int
    start: int
    data: bytes = b""


def block_size(size: int) -> int:
    """Bytes of a block in a file of `size` bytes: a power of two, so that there are not too many."""
    found = _LEAST_BLOCK_BYTES
    while size // found > _MOST_BLOCKS:
        found *= 2
    return found


def strong_hash(block: bytes) -> bytes:
    """What two blocks with the same weak hash are told apart by."""
    return hashlib.blake2b(block, digest_size=_STRONG_BYTES).digest()


def hash_of(block: bytes) -> bytes:
    """A weak hash that can be moved along a file, then the strong one."""
    return struct.pack("<I", zlib.adler32(block)) + strong_hash(block)


def pack_recipe(entries: List[Entry], most_bytes: int) -> List[Tuple[int, bytes]]:
    """Entries as recipes of at most `most_bytes`: (bytes of the upload that it makes, recipe)."""
    recipes = []
    recipe, made = bytearray(), 0
    for length, start, data in entries:
        at = 0
        while at < length:
            if len(recipe) + _ENTRY.size + bool(data) > most_bytes:
                recipes.append((made, bytes(recipe)))
                recipe, made = bytearray(), 0
            size = min(length - at, most_bytes - len(recipe) - _ENTRY.size) if data else length
            recipe += _ENTRY.pack(size, start) + data[at : at + size]
            made += size
            at += size
    if recipe:
        recipes.append((made, bytes(recipe)))
    return recipes


def read_recipe(recipe: bytes, size: int) -> List[Entry]:
    """A recipe's entries for a release of `size` bytes. Raises ValueError where it names what is not there."""
    entries = []
    at = 0
    while at < len(recipe):
        if len(recipe) - at < _ENTRY.size:
            raise ValueError("the recipe ends within an entry")
        length, start = _ENTRY.unpack_from(recipe, at)
        at += _ENTRY.size
        data = b""
        if start == UNKNOWN_BYTES:
            data = recipe[at : at + length]
            at += length
        if not length or (len(data) != length if start == UNKNOWN_BYTES else start + length > size):
            raise ValueError("the recipe names bytes that are not there")
        entries.append(Entry(length, start, data))
    return entries
