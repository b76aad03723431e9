"""The order of signatures in the file, from bytes that may be damaged anywhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.model.read import load_model

DATA = Path(__file__).parents[1] / "data"
MODELS = ["two_signatures_float32", "counter_float32", "dict_io_int8", "sine_int8"]
BYTES = (DATA / "two_signatures_float32.tflite").read_bytes()


@pytest.mark.parametrize("name", MODELS)
def test_order_is_the_files(agent, name):
    model = load_model(DATA / f"{name}.tflite")
    expected = {s.key: ([n for n, _ in s.inputs], [n for n, _ in s.outputs]) for s in model.signatures}
    found = agent("signatures").file_order(str(model.path))
    assert found == expected and list(found) == list(expected)


def test_a_file_without_signatures_or_without_sense_has_none(agent, tmp_path):
    path = tmp_path / "x.tflite"
    for content in (b"", b"TFL3", bytes(64), b"\xff" * 64):
        path.write_bytes(content)
        assert agent("signatures").file_order(str(path)) == {}
    assert agent("signatures").file_order(str(tmp_path / "none")) == {}


def test_the_interpreters_order_stands_where_the_file_says_otherwise(agent, tmp_path):
    told = {"other": {"inputs": {"a": 1}, "outputs": {"b": 2}}}
    assert agent("signatures").in_file_order(told, str(DATA / "sine_int8.tflite")) == told


def test_damaged_bytes_do_no_harm(agent, tmp_path):
    file_order, path = agent("signatures").file_order, tmp_path / "x.tflite"

    @given(st.lists(st.tuples(st.integers(0, len(BYTES) - 1), st.integers(0, 255)), max_size=8), st.integers(0, 300))
    def damaged(changes, cut):
        content = bytearray(BYTES)
        for at, value in changes:
            content[at] = value
        path.write_bytes(content[: len(content) - cut])
        assert isinstance(file_order(str(path)), dict)

    damaged()
