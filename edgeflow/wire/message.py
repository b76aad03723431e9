"""Payloads of requests and replies, by protocol.toml's layout. Standard library only, Python 3.9."""

from __future__ import annotations

import struct
from typing import Any, Dict, Sequence, Tuple

from .constants import LAYOUT, REFUSAL_TEXT_BYTES, Command

_NUMBERS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q", "i16": "<h", "i32": "<i", "f32": "<f"}
Fields = Dict[str, Any]


class MessageError(ValueError):
    """A payload does not have the layout of its command."""


def pack_request(command: Command, **fields: Any) -> bytes:
    """Return a request's payload; every field of the layout must be given."""
    return _pack(LAYOUT[command][0], fields)


def unpack_request(command: Command, payload: bytes) -> Fields:
    """Return a request's fields. Raises MessageError on any disagreement with the layout."""
    return _unpack(LAYOUT[command][0], payload)


def pack_reply(command: Command, **fields: Any) -> bytes:
    """Return the payload of an OK reply."""
    return _pack(LAYOUT[command][1], fields)


def unpack_reply(command: Command, payload: bytes) -> Fields:
    """Return the fields of an OK reply. Raises MessageError on any disagreement with the layout."""
    return _unpack(LAYOUT[command][1], payload)


def pack_refusal(text: str, operator: int = -1, tensor: int = -1) -> bytes:
    """Return a refusal's payload; `text` is cut to the protocol's limit."""
    raw = text.encode("utf-8")[:REFUSAL_TEXT_BYTES].decode("utf-8", "ignore").encode("utf-8")
    return struct.pack("<hhH", operator, tensor, len(raw)) + raw


def unpack_refusal(payload: bytes) -> Tuple[str, int, int]:
    """Return (text, operator index, tensor index), -1 for none; a malformed refusal gives what can be read."""
    if len(payload) < 6:
        return "", -1, -1
    operator, tensor, size = struct.unpack_from("<hhH", payload)
    return payload[6 : 6 + size].decode("utf-8", "replace"), operator, tensor


def _pack(layout: Sequence[Tuple[str, str]], fields: Fields) -> bytes:
    if set(fields) != {name for name, _ in layout}:
        raise MessageError(f"fields {sorted(fields)} are not {[name for name, _ in layout]}")
    try:
        return b"".join(_pack_field(kind, fields[name]) for name, kind in layout)
    except struct.error as error:
        raise MessageError(str(error)) from None


def _pack_field(kind: str, value: Any) -> bytes:
    if kind in _NUMBERS:
        return struct.pack(_NUMBERS[kind], value)
    if kind == "str":
        raw: bytes = value.encode("utf-8", "replace")  # a file name need not be UTF-8
        return struct.pack("<H", len(raw)) + raw
    if kind == "bytes":
        return struct.pack("<H", len(value)) + bytes(value)
    if kind == "sha256":
        if len(value) != 32:
            raise MessageError("a SHA-256 has 32 bytes")
        return bytes(value)
    if kind == "dims":
        return struct.pack("<B%di" % len(value), len(value), *value)
    if kind == "tail":
        return bytes(value)
    if kind == "pairs":
        return b"".join(_pack_field("str", k) + _pack_field("str", v) for k, v in value.items())
    if kind == "counts":
        return b"".join(_pack_field("str", k) + struct.pack("<Q", v) for k, v in value.items())
    if kind == "ticks":
        return struct.pack("<%dQ" % len(value), *value)
    if kind == "operators":
        return b"".join(
            struct.pack("<HHQ", index, code, ticks) + _pack_field("str", kernel) for index, code, ticks, kernel in value
        )
    raise AssertionError(kind)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise MessageError("payload too short")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def text(self) -> str:
        return self.take(self.number("<H")).decode("utf-8", "replace")

    @property
    def left(self) -> int:
        return len(self.data) - self.at


def _unpack(layout: Sequence[Tuple[str, str]], payload: bytes) -> Fields:
    reader = _Reader(payload)
    fields = {name: _unpack_field(kind, reader) for name, kind in layout}
    if reader.left:
        raise MessageError(f"{reader.left} bytes too many")
    return fields


def _unpack_field(kind: str, reader: _Reader) -> Any:
    if kind in _NUMBERS:
        return reader.number(_NUMBERS[kind])
    if kind == "str":
        return reader.text()
    if kind == "bytes":
        return reader.take(reader.number("<H"))
    if kind == "sha256":
        return reader.take(32)
    if kind == "dims":
        count = reader.number("<B")
        return struct.unpack("<%di" % count, reader.take(4 * count))
    if kind == "tail":
        return reader.take(reader.left)
    if kind == "pairs":
        pairs = {}
        while reader.left:
            name = reader.text()
            pairs[name] = reader.text()
        return pairs
    if kind == "counts":
        counts = {}
        while reader.left:
            name = reader.text()
            counts[name] = reader.number("<Q")
        return counts
    if kind == "ticks":
        if reader.left % 8:
            raise MessageError("ticks are not whole")
        return struct.unpack("<%dQ" % (reader.left // 8), reader.take(reader.left))
    if kind == "operators":
        records = []
        while reader.left:
            index, code, ticks = reader.number("<H"), reader.number("<H"), reader.number("<Q")
            records.append((index, code, ticks, reader.text()))
        return records
    raise AssertionError(kind)
