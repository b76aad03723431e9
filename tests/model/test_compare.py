"""Comparison of outputs, against values worked out by hand."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edgeflow.errors import UsageError
from edgeflow.model.compare import difference


def test_equal_arrays_do_not_differ() -> None:
    found = difference("y", np.array([[1.0, -2.0]]), np.array([[1.0, -2.0]]))
    assert found.equal
    assert (found.max_abs, found.mean_abs, found.non_finite, found.elements) == (0, 0, 0, 2)
    assert found.cosine == pytest.approx(1)


def test_maximum_and_mean_are_those_of_the_absolute_error() -> None:
    found = difference("y", np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.5, 1.0, 1.0, 4.5]))
    assert (found.max_abs, found.mean_abs, found.differing) == (1.0, 0.5, 3)


def test_cosine_of_orthogonal_and_opposite_vectors() -> None:
    assert difference("y", [1.0, 0.0], [0.0, 3.0]).cosine == pytest.approx(0)
    assert difference("y", [1.0, 2.0], [-2.0, -4.0]).cosine == pytest.approx(-1)
    assert difference("y", [0.0, 0.0], [1.0, 0.0]).cosine is None


def test_cosine_survives_values_whose_squares_do_not_fit() -> None:
    assert difference("y", [1e200, 1e200], [1e200, 1e200]).cosine == pytest.approx(1)
    assert difference("y", [1e-200, 0.0], [1e-200, 1e-200]).cosine == pytest.approx(0.5**0.5)


def test_integers_are_compared_in_steps_without_wrapping() -> None:
    found = difference("y", np.array([-128, 5], np.int8), np.array([127, 5], np.int8))
    assert (found.max_abs, found.max_lsb, found.differing) == (255, 255, 1)


def test_real_values_of_quantized_tensors_are_told_in_steps() -> None:
    assert difference("y", [0.0, 0.5], [0.25, 0.5], step=0.125).max_lsb == pytest.approx(2)
    assert difference("y", [0.0], [0.25]).max_lsb is None


def test_not_a_number_on_one_side_counts_and_on_both_does_not() -> None:
    found = difference("y", [np.nan, np.nan, np.inf, np.inf, 1.0], [np.nan, 1.0, -np.inf, np.inf, 2.0])
    assert found.non_finite == 2
    assert found.differing == 3
    assert found.max_abs == 1
    json.dumps(asdict(found), allow_nan=False)


def test_top1_is_the_share_of_rows_with_the_same_largest_element() -> None:
    want = np.array([[[0.1, 0.9]], [[0.8, 0.2]], [[0.3, 0.7]], [[0.6, 0.4]]])
    have = np.array([[[0.2, 0.8]], [[0.1, 0.9]], [[0.4, 0.6]], [[0.9, 0.1]]])
    assert difference("y", want, have).top1 == 0.75


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 4, 4, 2), (0, 3)])
def test_top1_is_left_out_where_rows_are_not_vectors(shape: tuple[int, ...]) -> None:
    assert difference("y", np.zeros(shape), np.zeros(shape)).top1 is None


def test_shapes_that_differ_are_refused_with_both_shapes() -> None:
    with pytest.raises(UsageError, match=r"output y: shapes \[2\] and \[1, 2\]"):
        difference("y", np.zeros(2), np.zeros((1, 2)))


def test_empty_outputs_compare_as_equal() -> None:
    found = difference("y", np.zeros((1, 0)), np.zeros((1, 0)))
    assert found.equal
    assert (found.max_abs, found.mean_abs, found.cosine) == (0, 0, None)


floats = arrays.arrays(np.float32, st.integers(1, 20), elements=st.floats(width=32))


@given(floats, st.data())
def test_any_two_arrays_give_numbers_that_json_can_hold(a: np.ndarray, data: st.DataObject) -> None:
    b = data.draw(arrays.arrays(np.float32, a.shape, elements=st.floats(width=32)))
    found = difference("y", a, b)
    json.dumps(asdict(found), allow_nan=False)
    assert found.equal == np.array_equal(a, b, equal_nan=True)
    assert found.mean_abs <= found.max_abs * (1 + 1e-12)
    assert difference("y", b, a).max_abs == found.max_abs


def test_snr_is_signal_over_error_in_decibels() -> None:
    assert difference("y", [3.0, 4.0], [3.0, 3.0]).snr_db == pytest.approx(13.979400086720377)  # 10 log10(25 / 1)
    assert difference("y", [1e200, 0.0], [1.1e200, 0.0]).snr_db == pytest.approx(20)
    assert difference("y", [1.0], [1.0]).snr_db is None
    assert difference("y", [0.0], [1.0]).snr_db is None
