"""The link's SHA-256: the published examples, and hashlib at every length around a block."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

# FIPS 180-4 examples and NIST's CAVP short messages
PUBLISHED = {
    b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": (
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    bytes.fromhex("d3"): "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1",
    b"a" * 1_000_000: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
}


@pytest.fixture(scope="module", params=[0, 1], ids=["small", "fast"])
def sha256(request: pytest.FixtureRequest, compile_link: Callable[..., Path]) -> Callable[..., bytes]:
    options = (f"-DEF_WITH_FILES={request.param}", "-O1", "-fPIC", "-shared")
    library = ctypes.CDLL(str(compile_link(f"sha256-{request.param}.so", ["ef_sha256.c"], *options)))

    def digest(data: bytes, part: int = 1 << 30) -> bytes:
        state = ctypes.create_string_buffer(256)
        made = ctypes.create_string_buffer(32)
        library.ef_sha256_begin(state)
        for at in range(0, len(data), part):
            piece = data[at : at + part]
            library.ef_sha256_add(state, piece, ctypes.c_size_t(len(piece)))
        library.ef_sha256_end(state, made)
        return made.raw

    return digest


@pytest.mark.parametrize("message", PUBLISHED, ids=lambda m: f"{len(m)} bytes")
def test_published_examples(sha256: Callable[..., bytes], message: bytes) -> None:
    assert sha256(message).hex() == PUBLISHED[message]


def test_every_length_and_every_split_gives_what_hashlib_gives(sha256: Callable[..., bytes]) -> None:
    data = bytes(i * 7 % 251 for i in range(300))
    for size in range(200):
        assert sha256(data[:size]) == hashlib.sha256(data[:size]).digest()
    for part in (1, 3, 63, 64, 65, 127):
        assert sha256(data, part) == hashlib.sha256(data).digest()
