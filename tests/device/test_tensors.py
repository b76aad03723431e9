"""Arrays in and out: names, shapes, types and values are checked, conversions are said."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.device.answers import TensorInfo
from edgeflow.device.tensors import feed_arrays, feed_random, output_array, read_npz, write_npz
from edgeflow.errors import UsageError
from edgeflow.wire.constants import DType


def tensor(index=0, name="image", dtype="INT8", shape=(1, 4), scale=0.5, zero_point=3):
    size = int(np.prod(shape)) * np.dtype(dtype.lower()).itemsize
    return TensorInfo(index, name, DType[dtype], shape, scale, zero_point, size)


IMAGE, COUNT = tensor(), tensor(1, "count", "INT32", (1,), 0.0, 0)


def fails(arrays, *inputs):
    with pytest.raises(UsageError) as error:
        feed_arrays(arrays, inputs, "in.npz")
    assert error.value.exit_code == 2 and error.value.message.startswith("in.npz: ")
    return error.value


def test_an_array_of_the_tensors_type_goes_in_as_it_is():
    array = np.array([[1, -2, 3, 127]], np.int8)
    feed = feed_arrays({"image": array}, [IMAGE], "in.npz")
    assert feed.data == (array.tobytes(),) and feed.notes == () and feed.source == "file"


def test_names_and_numbers_both_name_inputs_in_any_order():
    one, two = np.zeros((1, 4), np.int8), np.ones((1,), np.int32)
    by_name = feed_arrays({"count": two, "image": one}, [IMAGE, COUNT], "in.npz")
    by_number = feed_arrays({"0": one, "1": two}, [IMAGE, COUNT], "in.npz")
    assert by_name.data == by_number.data == (one.tobytes(), two.tobytes()) and by_name.sha256 == by_number.sha256


@given(st.lists(st.floats(-100, 100, width=32), min_size=4, max_size=4))
def test_floats_are_quantized_with_round_half_away_and_said(values):
    feed = feed_arrays({"image": np.array([values], np.float32)}, [IMAGE], "in.npz")
    expected = [max(-128, min(127, int(abs(v) / 0.5 + 0.5) * (1 if v >= 0 else -1) + 3)) for v in values]
    assert np.frombuffer(feed.data[0], np.int8).tolist() == expected
    assert len(feed.notes) == 1 and "quantized to int8 (scale 0.5, zero point 3)" in feed.notes[0]
    assert "clamped" not in feed.notes[0] or max(map(abs, values)) > 60


def test_clamped_values_are_counted():
    feed = feed_arrays({"image": np.array([[1000.0, -1000, 0, 0]])}, [IMAGE], "in.npz")
    assert np.frombuffer(feed.data[0], np.int8).tolist() == [127, -128, 3, 3]
    assert "2 of 4 values clamped" in feed.notes[0]


def test_other_types_are_converted_where_nothing_is_lost_and_said():
    feed = feed_arrays({"image": np.array([[1, 2, 3, -128]])}, [IMAGE], "in.npz")
    assert np.frombuffer(feed.data[0], np.int8).tolist() == [1, 2, 3, -128]
    assert feed.notes == ("image: int64 was converted to int8",)
    real = tensor(dtype="FLOAT32", scale=0.0)
    assert feed_arrays({"image": np.zeros((1, 4))}, [real], "x").notes == ("image: float64 was converted to float32",)


@pytest.mark.parametrize(
    ("arrays", "message", "reasons"),
    [
        ({}, "'image' is missing", 1),
        ({"foo": np.zeros(3), "image": np.zeros((1, 4))}, "'foo' is no input", 1),
        ({"foo": np.zeros(3)}, "wrong inputs", 2),
        ({"image": np.zeros((1, 4)), "0": np.zeros((1, 4))}, "twice", 1),
        ({"image": np.zeros((4,), np.int8)}, "has shape [4], not [1, 4]", 1),
        ({"image": np.zeros((2, 4), np.int8)}, "has shape [2, 4], not [1, 4]", 1),
        ({"image": np.array([[np.nan, 0, 0, 0]])}, "1 values are NaN", 1),
        ({"image": np.array([[np.inf, 0, 0, 0]])}, "infinite", 1),
        ({"image": np.array([[200, 0, 0, 0]])}, "has values from 0 to 200, int8 holds -128 to 127", 1),
        ({"image": np.array([["a", "b", "c", "d"]])}, "is <U1, not int8", 1),
        ({"image": np.zeros((1, 4), complex)}, "is complex128, not int8", 1),
    ],
)
def test_what_does_not_suit_is_refused_with_what_is_expected(arrays, message, reasons):
    error = fails(arrays, IMAGE)
    assert message in error.message and len(error.reasons) == reasons
    assert error.hint == "expected image int8 or float [1, 4]"


def test_a_float_array_for_an_integer_without_scale_is_refused():
    assert "no scale" in fails({"count": np.array([1.5])}, COUNT).message


def test_an_empty_array_is_refused_even_where_the_shape_is_empty():
    assert "is empty" in fails({"image": np.zeros((0, 4), np.int8)}, tensor(shape=(0, 4))).message


def test_seeded_inputs_repeat_and_suit_the_types():
    inputs = [tensor(0, "a", "UINT8", (3, 5)), tensor(1, "b", "FLOAT32", (4,)), tensor(2, "c", "INT64", (50,))]
    inputs += [tensor(3, "d", "BOOL", (9,)), tensor(4, "e", "FLOAT16", (2,)), tensor(5, "f", "COMPLEX64", (2,))]
    first, again, other = feed_random(inputs, 7), feed_random(inputs, 7), feed_random(inputs, 8)
    assert first == again != other and first.source == "random:7"
    assert [len(data) for data in first.data] == [t.bytes for t in inputs]
    assert set(np.frombuffer(first.data[2], np.int64)) == {0, 1}
    assert np.abs(np.frombuffer(first.data[1], np.float32)).max() <= 1


def test_outputs_are_raw_unless_dequantized():
    raw = np.array([[3, 5, -128, 127]], np.int8)
    assert output_array(IMAGE, raw.tobytes()).dtype == np.int8
    assert output_array(IMAGE, raw.tobytes(), dequantize=True).tolist() == [[0, 1, -65.5, 62]]
    assert output_array(COUNT, np.array([7], np.int32).tobytes(), dequantize=True).tolist() == [7]


@pytest.mark.parametrize("name", ["plain", "file", "a/b", "with space", "naïve:0"])
def test_any_name_can_be_written_and_read_back(tmp_path, name):
    arrays = {name: np.arange(6, dtype=np.int16).reshape(2, 3)}
    write_npz(tmp_path / "out.npz", arrays)
    back = read_npz(tmp_path / "out.npz")
    assert list(back) == [name] and back[name].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [path.name for path in tmp_path.iterdir()] == ["out.npz"]


def test_nothing_is_left_where_nothing_can_be_written(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        write_npz(tmp_path / "no/out.npz", {"a": np.zeros(1)})
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError):
        write_npz(tmp_path / "folder", {"a": np.zeros(1)})
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def pickled():
    out = io.BytesIO()
    np.savez(out, a=np.array([{"x": 1}], dtype=object))
    return out.getvalue()


def lying():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**9,)})
        archive.writestr("a.npy", header.getvalue() + b"few")
    return out.getvalue()


def good():
    out = io.BytesIO()
    np.savez(out, a=np.zeros(100))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"not a zip at all", np.zeros(3).tobytes(), pickled(), lying(), good()[:200], good()[:-30]],
    ids=["empty", "start", "text", "bytes", "pickled", "lying", "cut", "cut tail"],
)
def test_what_is_no_npz_is_refused(tmp_path, content):
    (tmp_path / "in.npz").write_bytes(content)
    with pytest.raises(UsageError, match=r"in\.npz"):
        read_npz(tmp_path / "in.npz")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(UsageError):
            read_npz(path)
