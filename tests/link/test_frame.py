"""The C frame codec against the Python one."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeflow.wire import frame

_SINK = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t)


class Codec:
    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))
        self._library.ef_frame_decode.restype = ctypes.c_size_t
        self._library.ef_frame_decode.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._library.ef_frame_send.restype = ctypes.c_bool
        self._library.ef_frame_send.argtypes = [ctypes.c_void_p, ctypes.c_size_t, _SINK, ctypes.c_void_p]

    def decode(self, stuffed: bytes) -> frame.Frame | None:
        buffer = ctypes.create_string_buffer(stuffed, len(stuffed) or 1)
        size = self._library.ef_frame_decode(buffer, len(stuffed))
        return (buffer.raw[0], buffer.raw[1], buffer.raw[2:size]) if size else None

    def send(self, body: bytes, room: int = 1 << 30) -> tuple[bool, list[bytes]]:
        pieces: list[bytes] = []

        def sink(_: object, data: object, size: int) -> bool:
            pieces.append(ctypes.string_at(data, size))
            return sum(map(len, pieces)) <= room

        buffer = ctypes.create_string_buffer(body, len(body) + 4)
        return self._library.ef_frame_send(buffer, len(body), _SINK(sink), None), pieces


@pytest.fixture(scope="module")
def codec(compile_link: Callable[..., Path]) -> Codec:
    return Codec(compile_link("frame.so", ["ef_frame.c"], "-O1", "-fPIC", "-shared"))


def _bodies(count: int) -> list[bytes]:
    draw = random.Random(1)
    bodies = [bytes(2), b"\1\2", bytes(300), b"\xff" * 253, b"\xff" * 248 + b"\0", b"\1" * 254, b"\1" * 1000]
    for _ in range(count):
        alphabet = draw.choice([range(256), range(2), [0, 1, 255], range(1, 256)])
        bodies.append(bytes(draw.choice(alphabet) for _ in range(2 + draw.choice([0, 1, 250, 253, 600]))))
    return bodies


def test_both_codecs_give_the_same_bytes_and_read_each_other(codec: Codec) -> None:
    for body in _bodies(2000):
        expected = frame.encode(body[0], body[1], body[2:])
        sent, pieces = codec.send(body)
        assert sent and b"".join(pieces) == expected
        assert codec.decode(expected[1:-1]) == (body[0], body[1], body[2:])


def test_frames_are_sent_in_pieces_of_at_most_256_bytes_and_stop_when_the_line_does(codec: Codec) -> None:
    sent, pieces = codec.send(bytes(5000))
    assert sent and max(map(len, pieces)) <= 256 and len(pieces) < 25
    sent, pieces = codec.send(bytes(5000), room=600)
    assert not sent and len(pieces) == 3


def test_both_codecs_refuse_and_accept_the_same_damaged_frames(codec: Codec) -> None:
    draw = random.Random(2)
    survived = 0
    for body in _bodies(3000):
        stuffed = bytearray(frame.encode(body[0], body[1], body[2:])[1:-1])
        for _ in range(draw.choice([1, 1, 2, 5])):
            at = draw.randrange(len(stuffed))
            match draw.randrange(4):
                case 0:
                    del stuffed[at]
                case 1:
                    stuffed.insert(at, stuffed[at])
                case 2:
                    stuffed[at] ^= 1 << draw.randrange(8)
                case 3:
                    del stuffed[at:]
            if not stuffed:
                break
        found = codec.decode(bytes(stuffed))
        assert found == frame.decode(bytes(stuffed))
        survived += found is not None
    assert survived <= 30  # a byte doubled in a run of its like, or two changes that undo each other


def test_noise_is_no_frame(codec: Codec) -> None:
    draw = random.Random(3)
    for size in range(400):
        noise = draw.randbytes(size)
        assert codec.decode(noise) is None
        assert codec.decode(bytes([1 + size % 255]) + noise) == frame.decode(bytes([1 + size % 255]) + noise)
