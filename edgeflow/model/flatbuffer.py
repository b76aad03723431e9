"""Reads FlatBuffers tables out of untrusted bytes: every offset and length is checked before it is used.

The generated accessors of the schema follow offsets unchecked; these do not, and a budget bounds how many
elements one file can make the reader touch, however its offsets alias each other.
"""

from __future__ import annotations

import struct
from typing import Any, Final

_U16: Final = struct.Struct("<H")
_U32: Final = struct.Struct("<I")
_I32: Final = struct.Struct("<i")
_SCALARS: Final = {code: struct.Struct("<" + code) for code in "?bBhHiIqQfd"}


class Damage(Exception):
    """The bytes break the format; the text says how and where."""


class Source:
    """The bytes of one file and what is left of its reading budget (elements; grows with the file's size)."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = len(content)
        self._left = 1_000_000 + self.size // 16

    def spend(self, elements: int) -> None:
        """Count elements about to be read; raises Damage when a file asks for far more than it can hold."""
        self._left -= elements
        if self._left < 0:
            raise Damage("its tables refer to each other far more often than its size explains")

    def check(self, position: int, length: int, what: str) -> None:
        """Raise Damage unless `length` bytes at `position` lie inside the file."""
        if position < 0 or length < 0 or position + length > self.size:
            raise Damage(f"{what} at byte {position} needs {length} bytes, the file has {self.size}")

    def u32(self, position: int, what: str) -> int:
        self.check(position, 4, what)
        value: int = _U32.unpack_from(self.content, position)[0]
        return value

    def root(self) -> Table:
        """The table the file starts with."""
        return Table(self, self.u32(0, "the root offset"), "the root table")


class Table:
    """One table. A field is named by its vtable offset: 4 for the schema's first field, then 6, 8, …"""

    __slots__ = ("_end", "_source", "_vtable", "_vtable_bytes", "position", "what")

    def __init__(self, source: Source, position: int, what: str) -> None:
        source.spend(1)
        source.check(position, 4, what)
        vtable = position - _I32.unpack_from(source.content, position)[0]
        source.check(vtable, 4, f"the field table of {what}")
        vtable_bytes = _U16.unpack_from(source.content, vtable)[0]
        table_bytes = _U16.unpack_from(source.content, vtable + 2)[0]
        if vtable_bytes < 4 or vtable_bytes % 2 or table_bytes < 4:
            raise Damage(f"{what} at byte {position} has a broken field table")
        source.check(vtable, vtable_bytes, f"the field table of {what}")
        source.check(position, table_bytes, what)
        self._source = source
        self._vtable = vtable
        self._vtable_bytes = vtable_bytes
        self._end = table_bytes
        self.position = position
        self.what = what

    def place(self, field: int, width: int) -> int:
        """Where a field's value, `width` bytes wide, stands in the file; 0 when the field is absent."""
        if field + 2 > self._vtable_bytes:
            return 0
        offset: int = _U16.unpack_from(self._source.content, self._vtable + field)[0]
        if offset == 0:
            return 0
        if offset < 4 or offset + width > self._end:
            raise Damage(f"{self.what} at byte {self.position} has a field outside itself")
        return self.position + offset

    def scalar(self, field: int, code: str, default: int | bool = 0) -> int:
        """An integer or boolean field; `code` is its struct letter."""
        form = _SCALARS[code]
        at = self.place(field, form.size)
        return int(form.unpack_from(self._source.content, at)[0]) if at else int(default)

    def real(self, field: int) -> float:
        """A float32 field, 0 when absent."""
        at = self.place(field, 4)
        return float(_SCALARS["f"].unpack_from(self._source.content, at)[0]) if at else 0.0

    @property
    def room(self) -> int:
        """How many fields its field table has room for."""
        return int(self._vtable_bytes - 4) // 2

    def target(self, field: int, what: str) -> int:
        """Where the table, vector or string a field refers to begins in the file; 0 when the field is absent."""
        at = self.place(field, 4)
        return at + self._source.u32(at, what) if at else 0

    def table(self, field: int, what: str) -> Table | None:
        at = self.target(field, what)
        return Table(self._source, at, what) if at else None

    def span(self, field: int, width: int, what: str) -> tuple[int, int]:
        """(position, element count) of a vector of `width`-byte elements; (0, 0) when absent."""
        at = self.target(field, what)
        if not at:
            return 0, 0
        count = self._source.u32(at, what)
        self._source.check(at + 4, count * width, what)
        return at + 4, count

    def numbers(self, field: int, code: str, what: str) -> tuple[Any, ...]:
        """A vector of scalars; `code` is the elements' struct letter."""
        at, count = self.span(field, _SCALARS[code].size, what)
        self._source.spend(count)
        return struct.unpack_from(f"<{count}{code}", self._source.content, at)

    def text(self, field: int, what: str) -> str:
        """A string, empty when absent; bytes that are not UTF-8 become U+FFFD."""
        at, count = self.span(field, 1, what)
        self._source.spend(count // 16)
        return self._source.content[at : at + count].decode("utf-8", "replace")

    def texts(self, field: int, what: str) -> tuple[str, ...]:
        """A vector of strings, read as `text` does."""
        at, count = self.span(field, 4, what)
        self._source.spend(count)
        found = []
        for slot in range(at, at + 4 * count, 4):
            start = slot + self._source.u32(slot, what)
            length = self._source.u32(start, what)
            self._source.check(start + 4, length, what)
            self._source.spend(length // 16)
            found.append(self._source.content[start + 4 : start + 4 + length].decode("utf-8", "replace"))
        return tuple(found)

    def blob(self, field: int, what: str) -> bytes:
        """A vector of bytes as it stands, empty when absent."""
        at, count = self.span(field, 1, what)
        self._source.spend(count // 16)
        return self._source.content[at : at + count]

    def tables(self, field: int, what: str) -> tuple[Table, ...]:
        """A vector of tables, numbered from 0 in messages."""
        at, count = self.span(field, 4, what)
        self._source.spend(count)
        found = []
        for number in range(count):
            slot = at + 4 * number
            found.append(Table(self._source, slot + self._source.u32(slot, what), f"{what} {number}"))
        return tuple(found)
