"""Damaged and hostile bytes: each gives a refusal of two lines or a Model that keeps the reader's promise."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow.errors import ModelError
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model

DATA = Path(__file__).parents[1] / "data"
SMALL = DATA / "two_signatures_float32.tflite"
QUANTIZED = DATA / "mixed_int8.tflite"


def promise_holds(model: Model) -> None:
    """What model/read.py promises to every layer above."""
    for subgraph in model.subgraphs:
        count = len(subgraph.tensors)
        assert all(0 <= index < count for index in (*subgraph.inputs, *subgraph.outputs))
        for tensor in subgraph.tensors:
            assert 0 <= tensor.data_offset <= tensor.data_offset + tensor.constant_bytes <= model.size
            assert all(size >= 0 for size in tensor.shape)
        for operator in subgraph.operators:
            assert all(-1 <= index < count for index in operator.inputs)
            assert all(0 <= index < count for index in operator.outputs)
            assert operator.macs >= 0
            assert 0 <= operator.options_position < model.size
            assert 0 <= sum(operator.custom_options) <= model.size
    for signature in model.signatures:
        count = len(model.subgraphs[signature.subgraph].tensors)
        assert all(0 <= index < count for _, index in (*signature.inputs, *signature.outputs))


def is_sound(content: bytes) -> bool:
    """True for a sound Model, False for a refusal; anything else fails the test."""
    try:
        model = read_model(content, Path("fuzzed.tflite"))
    except ModelError as error:
        assert error.message
        assert error.hint
        assert "\n" not in error.message
        return False
    promise_holds(model)
    return True


@pytest.mark.parametrize("path", sorted(DATA.glob("*.tflite")), ids=lambda path: path.stem)
def test_the_promise_holds_for_good_files(path: Path):
    promise_holds(load_model(path))


@pytest.mark.parametrize("path", [SMALL, QUANTIZED], ids=lambda path: path.stem)
def test_a_cut_tail_is_refused_wherever_it_is_cut(path: Path):
    content = path.read_bytes()
    cuts = random.Random(1).sample(range(len(content) - 8), 400)
    assert [length for length in cuts if is_sound(content[:length])] == []


@pytest.mark.parametrize("path", [SMALL, QUANTIZED], ids=lambda path: path.stem)
def test_flipped_bytes_are_refused_or_sound(path: Path):
    content = path.read_bytes()
    source = random.Random(2)
    results = []
    for _ in range(600):
        damaged = bytearray(content)
        for _ in range(source.choice((1, 1, 1, 4, 32))):
            damaged[source.randrange(len(damaged))] ^= source.randrange(1, 256)
        results.append(is_sound(bytes(damaged)))
    assert True in results
    assert False in results


@pytest.mark.parametrize("path", [SMALL, QUANTIZED], ids=lambda path: path.stem)
def test_wild_offsets_and_counts_are_refused_or_sound(path: Path):
    content = path.read_bytes()
    source = random.Random(3)
    for _ in range(600):
        damaged = bytearray(content)
        at = source.randrange(0, len(damaged) - 4, 4)
        word = source.choice((0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, len(content), len(content) - 1, 0x10000, 0))
        struct.pack_into("<I", damaged, at, word)
        is_sound(bytes(damaged))


def bomb(size: int) -> bytes:
    """A file of about `size` bytes: one subgraph whose vector of tensors names one tensor again and again, and that
    tensor one long shape. Followed without a budget it means size² / 64 numbers."""
    entries = shape = size // 8
    content = bytearray(500 + 4 * entries + 100 + 4 * shape)
    tensor = 500 + 4 * entries + 20
    at_shape = tensor + 20

    def refer(at: int, to: int) -> None:
        struct.pack_into("<I", content, at, to - at)

    struct.pack_into("<I4s", content, 0, 40, b"TFL3")
    struct.pack_into("<7H", content, 8, 14, 16, 4, 0, 8, 0, 12)  # Model: version, subgraphs, buffers
    struct.pack_into("<iI", content, 40, 32, 3)
    refer(48, 100)
    refer(52, 160)
    struct.pack_into("<I", content, 100, 1)
    refer(104, 120)
    struct.pack_into("<3H", content, 110, 6, 8, 4)  # SubGraph: tensors
    struct.pack_into("<i", content, 120, 10)
    refer(124, 400)
    struct.pack_into("<I", content, 160, 1)
    refer(164, 180)
    struct.pack_into("<2H", content, 172, 4, 4)  # Buffer: nothing
    struct.pack_into("<i", content, 180, 8)
    struct.pack_into("<3H", content, 300, 6, 8, 4)  # Tensor: shape
    struct.pack_into("<i", content, tensor, tensor - 300)
    refer(tensor + 4, at_shape)
    struct.pack_into("<I", content, 400, entries)
    for number in range(entries):
        refer(404 + 4 * number, tensor)
    struct.pack_into("<I", content, at_shape, shape)
    return bytes(content)


def test_the_bomb_is_a_well_formed_file_while_it_is_small():
    model = read_model(bomb(8 * 5), Path("small.tflite"))
    assert [tensor.shape for tensor in model.main.tensors] == [(0,) * 5] * 5


def test_tables_that_share_their_parts_cost_no_more_than_the_files_size_explains(tmp_path: Path):
    path = tmp_path / "bomb.tflite"
    path.write_bytes(bomb(8_000_000))
    # a child with little memory and little time: the unbounded reading would need hours and a terabyte
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (60, 60)); "
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); "
        "from edgeflow.model.read import load_model; load_model(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    assert "edgeflow.errors.ModelError" in done.stderr


def test_a_count_larger_than_the_file_is_refused_before_anything_is_made_of_it():
    content = bytearray(bomb(8 * 50))
    struct.pack_into("<I", content, 400, 0x3FFFFFFF)
    with pytest.raises(ModelError, match="needs 4294967292 bytes"):
        read_model(bytes(content), Path("count.tflite"))
