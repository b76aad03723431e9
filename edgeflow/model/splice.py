"""Puts a metadata entry into a `.tflite` without moving anything else of it.

FlatBuffers refer forward only, so what is new stands before the old bytes: a root table, a list of buffers, a list of
metadata entries and the entry's own bytes, which refer to the old parts where they are. The old bytes follow, shifted
as a whole by a multiple of 64 so that constants keep their alignment. A mark says so, and a later entry takes the
place of an earlier one instead of standing before it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgeflow.errors import ModelError
from edgeflow.model.flatbuffer import Damage, Source, Table

_MARK: Final = b"EDGEFLOW"  # at byte 8; then the shift and the old root offset, 4 bytes each
_HEAD: Final = 24
_ALIGN: Final = 64
# fields of the schema's Model, by number: 0 is the version, all others are offsets
_FIELDS: Final = 10
_SUBGRAPHS, _BUFFERS, _METADATA = 2, 4, 6


@dataclass(frozen=True)
class _Entry:
    """One metadata entry: its table's place, and the buffer it names."""

    place: int
    name: str
    buffer: int


def with_entry(content: bytes, path: Path, name: str, data: bytes) -> bytes:
    """The model in `content` (without ZIP) with one metadata entry `name` holding `data`; `path` only names it.

    Bytes of an earlier entry of that name are gone, or zero where another program stored them amid the model.
    Raises ModelError on damage and on models this version of the schema does not know.
    """
    try:
        return _spliced(_without_splice(content), name, data)
    except Damage as damage:
        raise ModelError(
            f"{path} cannot take metadata: {damage}", "make the model again with edgeflow convert"
        ) from damage


def _slot(number: int) -> int:
    return 4 + 2 * number


def _spliced(content: bytes, name: str, data: bytes) -> bytes:
    source = Source(content)
    root = source.root()
    if any(root.place(_slot(number), 1) for number in range(_FIELDS, root.room)):
        raise Damage("its root table has fields that are newer than this edgeflow")
    buffers = _places(source, root, _BUFFERS, "buffer")
    entries = [
        _Entry(table.position, table.text(4, table.what), table.scalar(6, "I"))
        for table in root.tables(_slot(_METADATA), "metadata entry")
    ]
    old = next((number for number, entry in enumerate(entries) if entry.name == name), None)
    number = len(buffers)
    if old is not None and _alone(root, entries, entries[old].buffer):
        number = entries[old].buffer  # its place in the list is free again
    made = _prefix(root, buffers, entries, old, number, name, data)
    kept = bytearray(content)
    if number < len(buffers):
        _erase(root, kept, number)
    _shift_absolute(root, kept, len(made) - 8)
    return made + bytes(kept[8:])


def _erase(root: Table, content: bytearray, number: int) -> None:
    """Make a buffer's bytes zero, unless they are another's as well."""
    spans = [table.span(4, 1, table.what) for table in root.tables(_slot(_BUFFERS), "buffer")]
    position, count = spans.pop(number)
    if all(at + held <= position or at >= position + count for at, held in spans):
        content[position : position + count] = bytes(count)


def _places(source: Source, table: Table, number: int, what: str) -> list[int]:
    """Where the tables of a vector stand."""
    at, count = table.span(_slot(number), 4, what)
    source.spend(count)
    return [slot + source.u32(slot, what) for slot in range(at, at + 4 * count, 4)]


def _alone(root: Table, entries: list[_Entry], buffer: int) -> bool:
    """Whether one metadata entry and no tensor uses a buffer."""
    if buffer == 0 or sum(entry.buffer == buffer for entry in entries) != 1:
        return False
    return all(
        tensor.scalar(8, "I") != buffer
        for subgraph in root.tables(_slot(_SUBGRAPHS), "subgraph")
        for tensor in subgraph.tables(4, "tensor")
    )


def _prefix(
    root: Table, buffers: list[int], entries: list[_Entry], old: int | None, number: int, name: str, data: bytes
) -> bytes:
    """The new bytes, in the place of the first 8 of the old."""
    present = [field for field in range(1, _FIELDS) if root.place(_slot(field), 4)]
    present = sorted({*present, _BUFFERS, _METADATA})
    last = present[-1]
    table_bytes = 8 + 4 * len(present)  # back to the field table, version, offsets
    at_fields = _HEAD
    at_table = -(-(at_fields + 4 + 2 * (last + 1)) // 4) * 4
    count = len(buffers) + (number == len(buffers))
    at_buffers = at_table + table_bytes
    total = len(entries) + (old is None)
    at_metadata = at_buffers + 4 + 4 * count
    at_entry_fields = at_metadata + 4 + 4 * total
    at_entry = at_entry_fields + 8
    at_name = at_entry + 12
    encoded = name.encode()
    at_buffer_fields = -(-(at_name + 4 + len(encoded) + 1) // 4) * 4
    at_buffer = at_buffer_fields + 8
    at_data = -(-(at_buffer + 8 + 4) // 16) * 16  # the data begin on 16 bytes, their count stands before
    end = at_data + len(data)
    shift = -(-(end - 8) // _ALIGN) * _ALIGN
    made = bytearray(8 + shift)

    def refer(at: int, to: int) -> None:
        if not 0 < to - at < 2**31:
            raise Damage("its parts lie more than 2 GB apart")
        struct.pack_into("<I", made, at, to - at)

    struct.pack_into("<I4s8sII", made, 0, at_table, b"TFL3", _MARK, shift, root.position)
    struct.pack_into("<2H", made, at_fields, 4 + 2 * (last + 1), table_bytes)
    struct.pack_into("<H", made, at_fields + 4, 4)
    struct.pack_into("<iI", made, at_table, at_table - at_fields, root.scalar(4, "I"))
    for place, field in enumerate(present):
        struct.pack_into("<H", made, at_fields + 4 + 2 * field, 8 + 4 * place)
        own = {_BUFFERS: at_buffers, _METADATA: at_metadata}.get(field)
        what = f"field {field} of the root table"
        refer(at_table + 8 + 4 * place, root.target(_slot(field), what) + shift if own is None else own)
    struct.pack_into("<I", made, at_buffers, count)
    for index in range(count):
        refer(at_buffers + 4 + 4 * index, at_buffer if index == number else buffers[index] + shift)
    struct.pack_into("<I", made, at_metadata, total)
    for index in range(total):
        mine = index == old or index == len(entries)
        refer(at_metadata + 4 + 4 * index, at_entry if mine else entries[index].place + shift)
    struct.pack_into("<4HiII", made, at_entry_fields, 8, 12, 4, 8, 8, at_name - at_entry - 4, number)
    struct.pack_into(f"<I{len(encoded)}s", made, at_name, len(encoded), encoded)
    struct.pack_into("<3HxxiI", made, at_buffer_fields, 6, 8, 4, 8, at_data - 4 - at_buffer - 4)
    struct.pack_into("<I", made, at_data - 4, len(data))
    made[at_data:end] = data
    return bytes(made)


def _shift_absolute(root: Table, content: bytearray, shift: int) -> None:
    """Files above 2 GB hold constants and options behind the FlatBuffer, by their place in the file: move these."""
    for at in _absolute(root):
        struct.pack_into("<Q", content, at, struct.unpack_from("<Q", content, at)[0] + shift)


def _absolute(root: Table) -> set[int]:
    """Where the file's absolute offsets stand: of buffers, and of large custom options."""
    found = {table.place(6, 8) for table in root.tables(_slot(_BUFFERS), "buffer") if table.scalar(6, "Q") > 1}
    for subgraph in root.tables(_slot(_SUBGRAPHS), "subgraph"):
        found |= {table.place(22, 8) for table in subgraph.tables(10, "operator") if table.scalar(22, "Q") > 1}
    return found


def _without_splice(content: bytes) -> bytes:
    """What stood there before an earlier splice; the content itself where there was none."""
    if len(content) < _HEAD or content[8:16] != _MARK:
        return content
    shift, old_root = struct.unpack_from("<II", content, 16)
    if shift % _ALIGN or not _HEAD <= 8 + shift <= len(content) - 8:
        return content
    before = bytearray(struct.pack("<I4s", old_root, b"TFL3") + content[8 + shift :])
    try:
        old, new = Source(bytes(before)).root(), Source(content).root()
        for at in _absolute(old):
            offset = struct.unpack_from("<Q", before, at)[0]
            struct.pack_into("<Q", before, at, max(offset - shift, 0))
        for field in set(range(1, _FIELDS)) - {_BUFFERS, _METADATA}:
            was, now = (root.target(_slot(field), "the spliced model") for root in (old, new))
            if now != (was + shift if was else 0):
                return content
    except Damage:
        return content
    return bytes(before)
