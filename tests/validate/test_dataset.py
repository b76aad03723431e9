"""Test data and labels in all their forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeflow.convert.types import Port, SourceSignature
from edgeflow.errors import EdgeflowError, UsageError
from edgeflow.validate.dataset import read_dataset, samples_for

ROWS = np.arange(12, dtype=np.float32).reshape(6, 2)
ONE = SourceSignature("serving_default", (Port("x", "float32", (1, 2)),), ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.csv", "3\n1\n4\n1\n5\n2\n"),
        ("head.csv", "class\n3\n1\n4\n1\n5\n2\n"),
        ("columns.csv", "file,Label\na,3\nb,1\nc,4\nd,1\ne,5\nf,2\n"),
        ("excel.csv", "\ufefflabel\r\n3\r\n1\r\n4\r\n1\r\n5\r\n2\r\n"),
    ],
)
def test_labels_from_csv(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert read_dataset(ROWS, tmp_path / name, None).labels.tolist() == [3, 1, 4, 1, 5, 2]


def test_labels_from_a_key_a_file_and_an_array_are_the_same(tmp_path: Path) -> None:
    labels = np.array([3, 1, 4, 1, 5, 2])
    np.savez(tmp_path / "all.npz", x=ROWS, right=labels)
    np.save(tmp_path / "labels.npy", labels)
    np.savez(tmp_path / "labels.npz", any_name=labels)
    for data, given in (
        (tmp_path / "all.npz", "right"),
        (ROWS, tmp_path / "labels.npy"),
        (ROWS, str(tmp_path / "labels.npz")),
        ({"x": ROWS}, labels[:, None]),
    ):
        found = read_dataset(data, given, None)
        assert (found.count, found.labels.tolist()) == (6, labels.tolist())
        assert np.array_equal(samples_for(found, ONE, "m")["x"], ROWS[:, None])


def test_fewer_samples_keep_their_labels() -> None:
    found = read_dataset({"x": ROWS}, np.arange(6), 3)
    assert found.count == 3
    assert np.array_equal(found.arrays["x"][:, 0], 2 * found.labels)
    assert read_dataset(ROWS, np.arange(6), 2).labels.tolist() == [0, 5]


def test_one_array_does_for_one_input_whatever_its_name() -> None:
    assert samples_for(read_dataset({"other": ROWS}, None, None), ONE, "m")["x"].shape == (6, 1, 2)


@pytest.mark.parametrize(
    ("data", "labels", "says"),
    [
        ({"x": ROWS}, np.arange(5), "6 samples, 5 labels"),
        ({"x": ROWS, "z": ROWS[:3]}, None, "x 6, z 3"),
        (ROWS[:0], None, "numbers of samples"),
        ({"x": ROWS}, "absent", "no such file, nor array"),
        ({"x": ROWS}, np.array(["cat"] * 6), "not numbers"),
        ({}, None, "holds no inputs"),
    ],
)
def test_data_that_does_not_do_is_refused(data, labels, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_dataset(data, labels, None)


@pytest.mark.parametrize("text", ["1\n2\nx\n", "a,b\n1,2\n", "label\n1\n\n2.5\n"])
def test_a_csv_without_class_numbers_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "l.csv").write_text(text)
    with pytest.raises(EdgeflowError, match=r"l\.csv"):
        read_dataset(ROWS, tmp_path / "l.csv", None)


def test_labels_left_among_the_inputs_are_named() -> None:
    with pytest.raises(UsageError, match="y: no input of m") as caught:
        samples_for(read_dataset({"x": ROWS, "y": np.arange(6)}, None, None), ONE, "m")
    assert "--labels" in caught.value.hint
