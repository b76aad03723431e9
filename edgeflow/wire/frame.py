"""Frames on the link: COBS-stuffed, CRC-checked, between zeros. Standard library only, Python 3.9."""

from __future__ import annotations

import zlib
from typing import Iterator, Optional, Tuple, Union

Frame = Tuple[int, int, bytes]  # sequence number, code, payload
OVERHEAD_BYTES = 6  # sequence, code, CRC-32
EMPTY = b"\0"  # what is between two of these is nothing: it says only that the line is there


def encode(seq: int, code: int, payload: bytes = b"") -> bytes:
    """Return the frame's bytes, a zero before and after it."""
    body = bytes((seq, code)) + payload
    return b"\0" + _stuff(body + zlib.crc32(body).to_bytes(4, "little")) + b"\0"


def decode(stuffed: bytes) -> Optional[Frame]:
    """Return (seq, code, payload) of the bytes between two zeros, or None where they are no frame."""
    body = _unstuff(stuffed)
    if body is None or len(body) < OVERHEAD_BYTES:
        return None
    if zlib.crc32(body[:-4]) != int.from_bytes(body[-4:], "little"):
        return None
    return body[0], body[1], body[2:-4]


class Splitter:
    """Cuts a byte stream at zeros into frames and console text, whatever the stream's bytes are."""

    def __init__(self, max_bytes: int) -> None:
        """`max_bytes` bounds what is kept while no zero comes; longer runs become console text."""
        self._max_bytes = max_bytes
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[Union[Frame, bytes]]:
        """Yield frames (tuples) and console text (bytes) in the order in which they end."""
        pieces = data.split(b"\0")
        for number, piece in enumerate(pieces):
            self._pending += piece
            if number < len(pieces) - 1:
                yield from self._cut()
            elif len(self._pending) > self._max_bytes:
                text = bytes(self._pending)
                self._pending.clear()
                yield text

    def flush(self) -> bytes:
        """Return and forget what came after the last zero: console text, once the stream has ended."""
        text = bytes(self._pending)
        self._pending.clear()
        return text

    def _cut(self) -> Iterator[Union[Frame, bytes]]:
        stuffed = bytes(self._pending)
        self._pending.clear()
        if stuffed:
            frame = decode(stuffed)
            yield stuffed if frame is None else frame


def _stuff(data: bytes) -> bytes:
    out = bytearray()
    pieces = data.split(b"\0")
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        at, size = 0, len(piece)
        while size - at >= 254:
            out.append(255)
            out += piece[at : at + 254]
            at += 254
        if at < size or number < last or at == 0:  # a full run that ends the data needs no code behind it
            out.append(size - at + 1)
            out += piece[at:]
    return bytes(out)


def _unstuff(data: bytes) -> Optional[bytes]:
    out, at, size = [], 0, len(data)
    while at < size:
        run = data[at]
        if run == 0 or at + run > size:
            return None
        out.append(data[at + 1 : at + run])
        at += run
        if run < 255 and at < size:
            out.append(b"\0")
    return b"".join(out)
